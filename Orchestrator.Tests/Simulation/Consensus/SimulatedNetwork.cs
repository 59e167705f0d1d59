using Orchestrator.Consensus.Core;

namespace Orchestrator.Tests.Simulation.Consensus;

/// <summary>Carries messages, badly: each direction between two members can be cut by itself.</summary>
internal sealed class SimulatedNetwork(World world)
{
    /// <summary>Ticks that a message can be late.</summary>
    private const int Latest = 40;

    private readonly HashSet<(MemberId From, MemberId To)> _cut = [];

    /// <summary>No more faults: what is sent from now on arrives soon and in order.</summary>
    public bool IsPerfect { get; private set; }

    public void Send(Message message)
    {
        world.Trace?.Add($"{message.From} -> {message.To} {Show(message)}");
        if (IsPerfect)
        {
            world.Time.After(Timeline.Tick / 4, () => Deliver(message));
            return;
        }
        if (world.Chance(world.Profile.Loss))
            return;
        world.Time.After(Delay(), () => Deliver(message));
        if (world.Chance(world.Profile.Duplication))
            world.Time.After(Delay(), () => Deliver(message));
    }

    /// <summary>From now on nothing comes through in this direction, not even what is on its way.</summary>
    public void Cut(MemberId from, MemberId to) => _cut.Add((from, to));

    public bool IsCut(MemberId from, MemberId to) => _cut.Contains((from, to));

    public void Heal() => _cut.Clear();

    public void BecomePerfect()
    {
        Heal();
        IsPerfect = true;
    }

    private void Deliver(Message message)
    {
        if (!IsCut(message.From, message.To) && world.Find(message.To) is { } receiver)
            receiver.Receive(message);
    }

    private long Delay() => world.Chance(world.Profile.Lateness)
        ? world.Random.Next(Latest * (int)Timeline.Tick)
        : world.Random.Next(20, world.Profile.Latency + 20);

    private static string Show(Message message) => message switch
    {
        Message.Append append => $"Append t{append.Term} after {Show(append.Previous)} "
            + $"[{string.Join(' ', append.Entries.Select(entry => Show(entry.Position)))}] commit {append.Commit} "
            + $"round {append.ReadRound}",
        Message.SnapshotChunk chunk =>
            $"Chunk t{chunk.Term} of {Show(chunk.Position)} {chunk.Offset}+{chunk.Bytes.Length}/{chunk.Total}",
        Message.Forward forward => $"Forward t{forward.Term} {Command.Decode(forward.Command)}",
        _ => message.ToString(),
    };

    private static string Show(LogPosition position) => $"{position.Index}.{position.Term}";
}
