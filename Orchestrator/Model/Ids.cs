using Orchestrator.Serialization;

namespace Orchestrator.Model;

public readonly record struct ClusterId(string Value) : IStringId<ClusterId>
{
    public static ClusterId From(string value) => new(value);

    public override string ToString() => Value;
}

public readonly record struct NodeId(string Value) : IStringId<NodeId>
{
    public static NodeId From(string value) => new(value);

    public override string ToString() => Value;
}

public readonly record struct ServiceId(string Value) : IStringId<ServiceId>
{
    public static ServiceId From(string value) => new(value);

    public override string ToString() => Value;
}

public readonly record struct TaskId(string Value) : IStringId<TaskId>
{
    public static TaskId From(string value) => new(value);

    public override string ToString() => Value;
}
