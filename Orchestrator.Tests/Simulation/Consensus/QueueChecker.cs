using System.Runtime.CompilerServices;
using Orchestrator.Consensus.Core;

namespace Orchestrator.Tests.Simulation.Consensus;

/// <summary>Rules about memory: what waits for one member, or is on its way to it, has a limit.</summary>
internal sealed class QueueChecker
{
    /// <summary>Messages to one member that a core may have kept for later, while its disk hangs.</summary>
    private const int MostKept = 1024;

    /// <summary>Messages to one member that one input may cause.</summary>
    private const int MostCaused = 8;

    private readonly ConditionalWeakTable<MemberProcess, Dictionary<MemberId, Window>> _windows = [];

    public void Took(MemberProcess process, Ready ready)
    {
        foreach (var receiver in ready.Messages.GroupBy(message => message.To))
        {
            SafetyViolation.Unless(receiver.Count() <= MostKept + (MostCaused * process.InputsSinceWork), "queues are bounded",
                () => $"{process.Member.Id} has {receiver.Count()} messages for {receiver.Key}");
            foreach (var append in receiver.OfType<Message.Append>())
                RequireRoom(process, append);
        }
    }

    /// <summary>
    /// Appends with entries to a member that says nothing: as many as the window holds, and one probe for each time that the leader
    /// has reason to begin anew.
    /// </summary>
    private void RequireRoom(MemberProcess process, Message.Append append)
    {
        if (append.Entries.IsEmpty)
            return;
        var windows = _windows.GetOrCreateValue(process);
        var heard = process.HeardCount(append.To);
        var window = windows.GetValueOrDefault(append.To);
        var unanswered = window.Term == append.Term && window.Heard == heard ? window.Unanswered + 1 : 1;
        SafetyViolation.Unless(unanswered <= World.MaxInflightAppends + 1, "the window to a silent member closes",
            () => $"{process.Member.Id} in term {append.Term} sent {unanswered} appends to {append.To}, which says nothing");
        windows[append.To] = new Window(append.Term, heard, unanswered);
    }

    /// <param name="Heard">messages from that member, and broken connections to it, when it was counted</param>
    private readonly record struct Window(ulong Term, long Heard, int Unanswered);
}
