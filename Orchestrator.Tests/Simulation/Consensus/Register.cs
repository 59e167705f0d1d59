using System.Buffers.Binary;
using Orchestrator.Consensus.Core;

namespace Orchestrator.Tests.Simulation.Consensus;

/// <summary>
/// The replicated state machine: a few keys, each with the whole history of what was put to it (as a hash), and for each client
/// the newest operation that was done. An operation that is not newer is a repetition and does nothing.
/// </summary>
internal sealed class Register
{
    public const int Keys = 4;

    private readonly ulong[] _values = new ulong[Keys];
    private readonly SortedDictionary<int, int> _newest = [];

    public LogPosition Applied { get; private set; }

    /// <summary>Of everything that ever had an effect, in order.</summary>
    public ulong Digest { get; private set; }

    public ulong Read(int key) => _values[key];

    public Outcome Apply(LogEntry entry)
    {
        Applied = entry.Position;
        if (entry.Kind != EntryKind.Command)
            return new Outcome(entry, null, HadEffect: false, 0);
        var command = Command.Decode(entry.Payload);
        var isNew = _newest.GetValueOrDefault(command.Client) < command.Sequence;
        if (isNew)
            Put(command);
        return new Outcome(entry, command, isNew, _values[command.Key]);
    }

    public byte[] Save()
    {
        var words = new List<ulong> { Applied.Index, Applied.Term, Digest };
        words.AddRange(_values);
        foreach (var (client, sequence) in _newest)
            words.AddRange([(ulong)client, (ulong)sequence]);
        var bytes = new byte[words.Count * sizeof(ulong)];
        for (var i = 0; i < words.Count; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(i * sizeof(ulong)), words[i]);
        return bytes;
    }

    public static Register Restore(ReadOnlySpan<byte> bytes)
    {
        var words = new ulong[bytes.Length / sizeof(ulong)];
        for (var i = 0; i < words.Length; i++)
            words[i] = BinaryPrimitives.ReadUInt64LittleEndian(bytes[(i * sizeof(ulong))..]);
        var register = new Register { Applied = new LogPosition(words[0], words[1]), Digest = words[2] };
        words.AsSpan(3, Keys).CopyTo(register._values);
        for (var i = 3 + Keys; i < words.Length; i += 2)
            register._newest[(int)words[i]] = (int)words[i + 1];
        return register;
    }

    private void Put(Command command)
    {
        _newest[command.Client] = command.Sequence;
        _values[command.Key] = Mix(_values[command.Key], (ulong)command.Value);
        Digest = Mix(Mix(Digest, (ulong)command.Key), (ulong)command.Value);
    }

    /// <summary>One round of FNV-1a over words, with a shift so that high bits come down.</summary>
    private static ulong Mix(ulong hash, ulong word)
    {
        var mixed = (hash ^ (word + 0x9E3779B97F4A7C15)) * 0x100000001B3;
        return mixed ^ (mixed >> 29);
    }
}
