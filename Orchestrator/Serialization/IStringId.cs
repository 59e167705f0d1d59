namespace Orchestrator.Serialization;

/// <summary>
/// An id of one kind of object, written as a plain string. The ids of the model are 25 characters of <c>[0-9a-z]</c>.
/// </summary>
public interface IStringId<TSelf> where TSelf : struct, IStringId<TSelf>
{
    string Value { get; }

    static abstract TSelf From(string value);
}
