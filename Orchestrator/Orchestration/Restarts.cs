using Orchestrator.Model;
using Orchestrator.Primitives;

namespace Orchestrator.Orchestration;

/// <summary>Whether and when an ended task is followed by another.</summary>
internal static class Restarts
{
    /// <summary>
    /// Where doubling starts from when the user asked for no delay: the second restart in a row waits this long.
    /// </summary>
    private static readonly TimeSpan SmallestStep = TimeSpan.FromMilliseconds(100);

    /// <returns>null = the policy wants no restart: the slot stays as it is</returns>
    public static RestartRecord? Next(ServiceTask ended, RestartPolicy? policy)
    {
        var condition = policy?.Condition ?? RestartCondition.Any;
        var succeeded = ended.Status.State == TaskState.Complete;
        if (condition == RestartCondition.None || (condition == RestartCondition.OnFailure && succeeded))
            return null;
        // By the managers' clock: a node's own may be wrong by any amount.
        var end = ended.Meta.UpdatedAt;
        var attempts = Counted(ended, policy, end);
        if (policy?.MaxAttempts is { } most and > 0 && (ulong)attempts.Length >= most)
            return null;
        var failures = RanStably(ended) ? 1 : (ended.Restart?.Failures ?? 0) + 1;
        return new RestartRecord
        {
            Replaces = ended.Id,
            NotBefore = end + Delay(policy?.Delay ?? Defaults.RestartDelay, failures, ended.Id),
            Failures = failures,
            Attempts = attempts.Add(end),
        };
    }

    /// <summary>
    /// The first restart waits exactly as long as asked; failures in a row double that, up to a cap, with
    /// jitter. The jitter comes from the task's id, so that deciding again gives the same moment again.
    /// </summary>
    private static TimeSpan Delay(TimeSpan asked, int failures, TaskId ended)
    {
        if (failures == 1)
            return asked;
        var first = asked > SmallestStep ? asked : SmallestStep;
        var cap = first > Defaults.RestartDelayCap ? first : Defaults.RestartDelayCap;
        return new Backoff(first, cap).Delay(failures, StableHash.Fraction(ended.Value));
    }

    private static ImmutableArray<DateTimeOffset> Counted(ServiceTask ended, RestartPolicy? policy, DateTimeOffset end)
    {
        var attempts = ended.Restart?.Attempts ?? [];
        var window = policy?.Window ?? TimeSpan.Zero;
        if (window > TimeSpan.Zero)
            attempts = [.. attempts.Where(at => at > end - window)];
        // More than the policy's limit never matters; without a limit only the window needs them.
        var most = (int)Math.Min(policy?.MaxAttempts ?? 0, 1000);
        return attempts.Length > most ? attempts[^most..] : attempts;
    }

    private static bool RanStably(ServiceTask ended)
    {
        var start = ended.Restart is { } restart && restart.NotBefore > ended.Meta.CreatedAt
            ? restart.NotBefore
            : ended.Meta.CreatedAt;
        return ended.Status.State != TaskState.Rejected && ended.Meta.UpdatedAt - start >= Defaults.StableRun;
    }
}
