using System.Buffers.Binary;
using System.Text;
using Orchestrator.Consensus.Core;
using Orchestrator.Consensus.Log;

namespace Orchestrator.Tests.Consensus.Log;

/// <summary>Writes files as format 1 had them, byte by byte from its description.</summary>
internal static class FirstFormat
{
    public static void WriteHardState(string directory, string node, ulong term)
    {
        var text = Encoding.UTF8.GetBytes(node);
        byte[] body = [.. Header("swarmhst"), .. U64(term), .. U16(text.Length), .. U16(text.Length), .. text, .. text];
        File.WriteAllBytes(Path.Combine(directory, "hardstate"), [.. body, .. U32(Crc32C.Of(body))]);
    }

    public static void WriteSegment(string directory, ulong first, params string[] texts)
    {
        byte[] start = [.. Header("swarmlog"), .. U64(first)];
        byte[] bytes = [.. start, .. U32(Crc32C.Of(start)), .. U32(0x7B7B7B7B)];
        foreach (var (text, i) in texts.Select((text, i) => (text, i)))
            bytes = [.. bytes, .. Record(first + (ulong)i, text, bytes.Length)];
        File.WriteAllBytes(DataFiles.Segment(directory, first), bytes);
    }

    public static void WriteSnapshot(string directory, LogPosition position, byte[] state)
    {
        byte[] start =
        [
            .. Header("swarmsna"), .. U64(position.Index), .. U64(position.Term), .. U64((ulong)state.Length),
            .. U32(Crc32C.Of(state)),
        ];
        File.WriteAllBytes(DataFiles.Snapshot(directory, position.Index), [.. start, .. U32(Crc32C.Of(start)), .. state]);
    }

    private static byte[] Record(ulong index, string text, int offset)
    {
        var payload = Encoding.UTF8.GetBytes(text);
        byte[] header =
        [
            0xB7, (byte)EntryKind.Command, 0, 0, .. U32((uint)payload.Length), .. U64(1), .. U64(index),
            .. U64((ulong)offset), .. U32(Crc32C.Of(payload)),
        ];
        return [.. header, .. U32(Crc32C.Of(header)), .. payload, 0x7B];
    }

    private static byte[] Header(string kind)
    {
        byte[] bytes = [.. Encoding.ASCII.GetBytes(kind), .. U32(1)];
        return [.. bytes, .. U32(Crc32C.Of(bytes))];
    }

    private static byte[] U16(int value)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)value);
        return bytes;
    }

    private static byte[] U32(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] U64(ulong value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return bytes;
    }
}
