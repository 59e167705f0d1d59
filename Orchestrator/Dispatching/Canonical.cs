using Orchestrator.Serialization;

namespace Orchestrator.Dispatching;

internal static class Canonical
{
    /// <summary>Equal by content: records that hold arrays or maps are not equal by <c>==</c>.</summary>
    public static bool Same<T>(T one, T other) =>
        MessagePackSerializer.Serialize(one).AsSpan().SequenceEqual(MessagePackSerializer.Serialize(other));
}
