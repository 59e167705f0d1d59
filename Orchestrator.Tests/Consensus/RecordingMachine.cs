using System.Buffers;
using System.Globalization;
using System.Text;
using Orchestrator.Primitives;

namespace Orchestrator.Tests.Consensus;

/// <summary>A state machine whose state is all that it was ever given. It may be looked at while it changes.</summary>
internal sealed class RecordingMachine : IStateMachine
{
    private ImmutableSortedDictionary<ulong, string> _commands = ImmutableSortedDictionary<ulong, string>.Empty;

    public IReadOnlyList<string> Commands => [.. _commands.Values];

    /// <summary>By log index.</summary>
    public IReadOnlyDictionary<ulong, string> ByIndex => _commands;

    public int Restored { get; private set; }

    /// <summary>Snapshots of it.</summary>
    public int Taken { get; private set; }

    public Action<string> BeforeApply { get; init; } = _ => { };

    public Applied Apply(ulong index, ReadOnlyMemory<byte> command)
    {
        var text = Encoding.UTF8.GetString(command.Span);
        BeforeApply(text);
        _commands = _commands.Add(index, text);
        return text.StartsWith("refused", StringComparison.Ordinal)
            ? new Applied(index, new Refusal(RefusalKind.Missing, text))
            : new Applied(index, null);
    }

    /// <summary>Runs before a snapshot is written, on the thread that does it.</summary>
    public Action BeforeWrite { get; init; } = () => { };

    public Action<IBufferWriter<byte>> CaptureSnapshot()
    {
        Taken++;
        var commands = _commands;
        return output =>
        {
            BeforeWrite();
            var lines = commands.Select(command => $"{command.Key} {command.Value}");
            output.Write(Encoding.UTF8.GetBytes(string.Join('\n', lines)));
        };
    }

    public Action ReadSnapshot(ulong index, ReadOnlyMemory<byte> snapshot)
    {
        var lines = Encoding.UTF8.GetString(snapshot.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return () =>
        {
            Restored++;
            _commands = lines.Select(Parse).ToImmutableSortedDictionary();
        };
    }

    private static KeyValuePair<ulong, string> Parse(string line)
    {
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        return new(ulong.Parse(line[..space], CultureInfo.InvariantCulture), line[(space + 1)..]);
    }
}
