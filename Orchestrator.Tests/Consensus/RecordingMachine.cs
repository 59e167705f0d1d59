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

    public Action<IBufferWriter<byte>> TakeSnapshot()
    {
        Taken++;
        var state = Encoding.UTF8.GetBytes(
            string.Join('\n', _commands.Select(command => $"{command.Key} {command.Value}")));
        return output => output.Write(state);
    }

    public void Restore(ulong index, ReadOnlyMemory<byte> snapshot)
    {
        Restored++;
        _commands.Clear();
        foreach (var line in Encoding.UTF8.GetString(snapshot.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            _commands.Add(ulong.Parse(line[..space], CultureInfo.InvariantCulture), line[(space + 1)..]);
        }
    }
}
