using System.Buffers;
using System.Text;
using Orchestrator.Primitives;

namespace Orchestrator.Tests.Consensus;

/// <summary>A state machine whose state is all that it was ever given.</summary>
internal sealed class RecordingMachine : IStateMachine
{
    private readonly List<string> _commands = [];

    public IReadOnlyList<string> Commands => _commands;

    public int Restored { get; private set; }

    public Action<string> BeforeApply { get; init; } = _ => { };

    public Applied Apply(ulong index, ReadOnlyMemory<byte> command)
    {
        var text = Encoding.UTF8.GetString(command.Span);
        BeforeApply(text);
        _commands.Add(text);
        return new Applied(index, null);
    }

    public void WriteSnapshot(IBufferWriter<byte> output) =>
        output.Write(Encoding.UTF8.GetBytes(string.Join('\n', _commands)));

    public void Restore(ulong index, ReadOnlyMemory<byte> snapshot)
    {
        Restored++;
        _commands.Clear();
        _commands.AddRange(Encoding.UTF8.GetString(snapshot.Span).Split('\n'));
    }
}
