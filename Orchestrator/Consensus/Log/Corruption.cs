namespace Orchestrator.Consensus.Log;

/// <summary>Words for stored bytes that cannot be trusted.</summary>
internal static class Corruption
{
    private const string Advice =
        " Nothing was cut or changed. Acknowledged changes may be affected, so the manager does not start: copy the "
        + "directory away, check the disk, and put a backup of the whole directory in its place.";

    public static LogException At(string path, long offset, string what) =>
        new(LogFailure.Corrupt, $"the log is corrupt: {path}, offset {offset}: {what}.{Advice}");

    public static LogException In(string directory, string what) =>
        new(LogFailure.Corrupt, $"the log in {directory} is corrupt: {what}.{Advice}");
}
