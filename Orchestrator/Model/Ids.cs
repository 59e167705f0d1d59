namespace Orchestrator.Model;

/// <summary>An id of one kind of object: 25 characters of <c>[0-9a-z]</c> as <see cref="Primitives.IdSource"/> makes them.</summary>
public interface IStringId<TSelf> where TSelf : struct, IStringId<TSelf>
{
    string Value { get; }

    static abstract TSelf From(string value);
}

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
