using System.Buffers;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Consensus.Core;
using Orchestrator.Consensus.Log;
using Orchestrator.Security;

namespace Orchestrator.Tests.Consensus.Log;

/// <summary>A member's storage, with short words for what tests do to it.</summary>
internal sealed class StorageBench : IDisposable
{
    private readonly OpenedStorage _opened;

    private StorageBench(OpenedStorage opened) => _opened = opened;

    public static StoredMember Member { get; } = new()
    {
        Id = new MemberId(7),
        Node = "node-1",
        HardState = new HardState(3, new MemberId(7)),
        First = Alone(7),
    };

    public RaftStorage Storage => _opened.Storage;

    public RecoveredState State => _opened.State;

    public StoredSnapshot? Snapshot => _opened.Snapshot;

    public IEnumerable<string> Texts => State.Entries.Select(entry => Encoding.UTF8.GetString(entry.Payload.Span));

    public static RaftStorageOptions Options(string directory) => new()
    {
        Directory = directory,
        Node = Member.Node,
        IfNew = new NewMember(Member.Id, Member.First),
    };

    public static StorageBench Open(RaftStorageOptions options, ILogDisk? disk = null) =>
        new(RaftStorage.Open(options, disk ?? new PosixDisk(), AtRestCipher.SecureRandom, NullLogger.Instance));

    public static Membership Alone(ulong id) => new()
    {
        Incarnation = 42,
        Members = [new Member(new MemberId(id), "node-1", "10.0.0.1:2377", Votes: true)],
        Removed = [new MemberId(3)],
    };

    public static ChunkedBuffer Buffer(ReadOnlySpan<byte> state)
    {
        var buffer = new ChunkedBuffer();
        buffer.Write(state);
        return buffer;
    }

    /// <summary>Bytes that no two places share by chance.</summary>
    public static byte[] Bytes(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>A snapshot as a leader sends it.</summary>
    public static Message.SnapshotChunk[] Chunks(LogPosition position, byte[] state, int size)
    {
        var content = SnapshotContent.Parts(position, Alone(8), [state])
            .SelectMany(part => part.ToArray()).ToArray();
        return
        [
            .. content.Chunk(size).Select((bytes, i) => new Message.SnapshotChunk(
                new MemberId(8), new MemberId(7), 6, position, (long)i * size, content.Length, bytes)
            {
                Membership = Alone(8),
            }),
        ];
    }

    /// <summary>One flush of entries from the index on, each with its text.</summary>
    public void Append(ulong first, ulong term, params string[] texts) => Storage.Save(new Flush
    {
        Entries = [.. texts.Select((text, i) => LogBench.Entry(first + (ulong)i, text, term))],
    });

    public ulong WriteSnapshot(ulong index, ulong term, byte[] state) =>
        Storage.WriteSnapshot(new LogPosition(index, term), Alone(7), Buffer(state));

    public void Dispose() => Storage.Dispose();
}
