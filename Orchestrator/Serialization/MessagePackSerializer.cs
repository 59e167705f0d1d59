using System.Buffers;

namespace Orchestrator.Serialization;

/// <summary>The entry points of the format.</summary>
public static class MessagePackSerializer
{
    public static void Serialize<T>(IBufferWriter<byte> output, T value) => throw new NotSupportedException();

    public static byte[] Serialize<T>(T value) => throw new NotSupportedException();

    public static T Deserialize<T>(ReadOnlyMemory<byte> bytes) => throw new NotSupportedException();
}
