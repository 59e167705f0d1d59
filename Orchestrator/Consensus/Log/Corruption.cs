namespace Orchestrator.Consensus.Log;

/// <summary>Words for stored bytes that cannot be trusted.</summary>
internal static class Corruption
{
    /// <summary>
    /// Never an older copy of the directory: a member that forgot its votes and acknowledgements can lose what the
    /// group has promised.
    /// </summary>
    public const string WayOut = "With other managers: check the disk, move the raft directory away and start the "
        + "daemon; this host comes back as a new member by itself. If it was the only manager: move the whole data "
        + "directory away and restore a backup with swarmnet restore. Do not put back an older copy of the directory.";

    private const string Advice =
        " Nothing was cut or changed. Acknowledged changes may be affected, so the manager does not start. " + WayOut;

    public static LogException At(string path, long offset, string what) =>
        new(LogFailure.Corrupt, $"the log is corrupt: {path}, offset {offset}: {what}.{Advice}");

    public static LogException In(string directory, string what) =>
        new(LogFailure.Corrupt, $"the log in {directory} is corrupt: {what}.{Advice}");
}
