using Orchestrator.Consensus.Core;

namespace Orchestrator.Tests.Simulation.Consensus;

/// <summary>
/// Wants one thing after the other: writes and reads, at any member. What takes too long or is refused it asks again, of another
/// member perhaps, with the same sequence. Sometimes it gives up, and never learns what became of it.
/// </summary>
internal sealed class Client(World world, Clients all, int id)
{
    private const double ShareOfReads = 0.4;

    /// <summary>Of the members that are asked: some that think they lead, and may be wrong.</summary>
    private const double ShareOfLeaders = 0.3;

    private const double ShareThatGivesUp = 0.1;
    private const int BiggestPadding = 60;

    private Operation? _operation;
    private MemberProcess? _asked;
    private ulong _ticket;
    private int _sequence;
    private int _attempt;
    private bool _hasSaidLast;

    public bool IsDone => _operation is null && _hasSaidLast;

    public void Begin() => PlanNext();

    /// <summary>A member applied a command of this client.</summary>
    public void Applied(MemberProcess process, Command command)
    {
        if (process != _asked || _operation?.Write != command)
            return;
        world.Checker.History.EndWrite(_operation);
        End();
    }

    /// <summary>The member's state is new enough for the read that it was asked for.</summary>
    public void MayRead(MemberProcess process, ulong ticket)
    {
        if (ticket != _ticket || process != _asked || _operation is not { Write: null } read)
            return;
        var machine = process.Applies.Machine;
        world.Checker.History.EndRead(read, machine.Applied.Index, machine.Read(read.Key));
        End();
    }

    public void Refused(MemberProcess process, ulong ticket)
    {
        if (ticket == _ticket && process == _asked)
            AskAgainAfter(world.Random.Next(200, 3000));
    }

    private void PlanNext() => world.Time.After(Pause(), Next);

    private long Pause() => world.Random.Next(1, 2 * world.Profile.ClientPause * (int)Timeline.Tick);

    private void Next()
    {
        if (_hasSaidLast)
            return;
        // Whoever wants something of a healed world must get it: that is the last thing.
        _hasSaidLast = world.IsHealed;
        var key = world.Random.Next(Register.Keys);
        _operation = world.Chance(ShareOfReads) && !world.IsHealed ? new Operation(id, key, null) : new Operation(id, key, NewCommand(key));
        world.Checker.History.Begin(_operation);
        Ask();
    }

    private Command NewCommand(int key) =>
        new(id, ++_sequence, key, world.Random.Next(), world.Random.Next(BiggestPadding));

    private void Ask()
    {
        _attempt++;
        all.Forget(_ticket);
        _ticket = all.NextTicket(this);
        if (_asked is not { IsAlive: true } || world.Chance(0.5))
            _asked = (world.Chance(ShareOfLeaders) ? world.AnyLeader() : world.AnyMember())?.Process;
        PlanDoubt();
        var (ticket, operation, process) = (_ticket, _operation!, _asked);
        if (process is null)
            AskAgainAfter(Timeline.Tick);
        else
            process.Input(() => Ask(process, operation, ticket));
    }

    private void Ask(MemberProcess process, Operation operation, ulong ticket)
    {
        if (operation.Write is not { } write)
        {
            process.Core.Read(ticket);
            return;
        }
        var result = process.Core.Forward(write.Encode(), ticket);
        world.Trace?.Add($"client {id} asks {process.Member.Id} for {write}: {result}");
        if (result != ProposeResult.Accepted && ticket == _ticket)
            AskAgainAfter(world.Random.Next(200, 3000));
    }

    private void PlanDoubt() => AskAgainAfter(world.Random.Next(5, 40) * Timeline.Tick);

    private void AskAgainAfter(long delay)
    {
        var (operation, ticket) = (_operation, _ticket);
        world.Time.After(delay, () =>
        {
            if (_operation is null || operation != _operation || ticket != _ticket)
                return;
            if (_attempt > 2 && !world.IsHealed && world.Chance(ShareThatGivesUp))
                End();
            else
                Ask();
        });
    }

    private void End()
    {
        _operation = null;
        _attempt = 0;
        all.Forget(_ticket);
        PlanNext();
    }
}
