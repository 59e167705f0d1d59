using Orchestrator.Consensus.Core;
using Orchestrator.Consensus.Log;
using Orchestrator.Primitives;

namespace Orchestrator.Managers;

/// <summary>Says who a manager is that starts, before its log is opened.</summary>
internal static class GroupStart
{
    /// <summary>
    /// A directory that holds a member says itself who it is. One that is empty or missing belongs to a new member of
    /// the group that is there, also when it held another before: who has lost its log is never its former self.
    /// </summary>
    /// <param name="directory">of the log</param>
    /// <param name="managers">where managers were last heard of, <c>ip:port</c>; not asked when the directory holds a
    /// member</param>
    /// <returns>for <see cref="Consensus.NodeSurroundings.IfNew"/>; null when the directory holds a member</returns>
    /// <exception cref="GroupException">no leader answers, or it refuses</exception>
    public static async Task<NewMember?> PrepareAsync(
        string directory, GroupClient client, IEnumerable<string> managers, IdSource ids, CancellationToken ct)
    {
        if (RaftStorage.HoldsMember(directory))
            return null;
        var group = await client.AskAsync(managers, ct);
        return new NewMember(
            new MemberId((ulong)ids.NextNumber() | 1), // never nobody
            new Membership { Incarnation = group.Incarnation });
    }
}
