namespace Orchestrator.Cli;

/// <summary>What the process tells the shell. Scripts may rely on these numbers; <c>swarmnet --help</c> prints the
/// table.</summary>
public static class ExitCode
{
    public const int Ok = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int NotFound = 3;
    public const int Conflict = 4;
    public const int Unreachable = 5;
    public const int NotConverged = 6;

    /// <summary>As shells report it: 128 + SIGINT.</summary>
    public const int Interrupted = 130;

    /// <summary>Number and meaning, in the order of the help text.</summary>
    public static IReadOnlyList<KeyValuePair<int, string>> Table { get; } =
    [
        new(Ok, "done, and converged where the command waits for that"),
        new(Failed, "the cluster refused, or something failed on the way"),
        new(Usage, "wrong command, flag or value: nothing was sent"),
        new(NotFound, "no such service, node or task"),
        new(Conflict, "name taken, object in use, or changed by someone else meanwhile"),
        new(Unreachable, "no daemon at the address, no permission on its socket, not a manager, or no answer"),
        new(NotConverged, "accepted, but paused, rolled back or not running within --timeout"),
        new(Interrupted, "Ctrl-C: watching stopped, the work goes on in the background"),
    ];
}
