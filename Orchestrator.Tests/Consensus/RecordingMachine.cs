using System.Buffers;
using System.Globalization;
using System.Text;
using Orchestrator.Primitives;

namespace Orchestrator.Tests.Consensus;

/// <summary>A state machine whose state is all that it was ever given.</summary>
internal sealed class RecordingMachine : IStateMachine
{
    private readonly SortedDictionary<ulong, string> _commands = [];

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
        _commands.Add(index, text);
        return text.StartsWith("refused", StringComparison.Ordinal)
            ? new Applied(index, new Refusal(RefusalKind.Missing, text))
            : new Applied(index, null);
    }

    /// <summary>Runs before a snapshot is written, on the thread that does it.</summary>
    public Action BeforeWrite { get; init; } = () => { };

    public Action<IBufferWriter<byte>> CaptureSnapshot()
    {
        Taken++;
        var lines = _commands.Select(command => $"{command.Key} {command.Value}").ToArray();
        return output =>
        {
            BeforeWrite();
            output.Write(Encoding.UTF8.GetBytes(string.Join('\n', lines)));
        };
    }

    public Action ReadSnapshot(ulong index, ReadOnlyMemory<byte> snapshot)
    {
        var lines = Encoding.UTF8.GetString(snapshot.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return () =>
        {
            Restored++;
            _commands.Clear();
            foreach (var line in lines)
            {
                var space = line.IndexOf(' ', StringComparison.Ordinal);
                _commands.Add(ulong.Parse(line[..space], CultureInfo.InvariantCulture), line[(space + 1)..]);
            }
        };
    }
}
