namespace Orchestrator.Consensus.Log;

/// <summary>The log cannot go on. The message is for the operator: what, where, why and what to do.</summary>
/// <remarks>Always fatal, never retried: after a failed flush nobody knows what is on the disk.</remarks>
public sealed class LogException(LogFailure failure, string message, Exception? inner = null)
    : Exception(message, inner)
{
    public LogFailure Failure { get; } = failure;
}

public enum LogFailure
{
    /// <summary>Another process has the directory.</summary>
    InUse,

    /// <summary>A newer version of the program wrote the directory.</summary>
    NewerVersion,

    /// <summary>Stored bytes changed or are missing: nothing was cut or repaired.</summary>
    Corrupt,

    /// <summary>The directory belongs to another member.</summary>
    WrongMember,

    /// <summary>Files are encrypted with a key that is not there.</summary>
    KeyMissing,

    /// <summary>The state machine cannot read a durable entry or snapshot.</summary>
    Unreadable,

    DiskFull,

    /// <summary>A write, rename, delete or read failed.</summary>
    InputOutput,

    /// <summary>fsync or fdatasync failed.</summary>
    FlushFailed,

    /// <summary>The disk did not answer in time while the node was stopping.</summary>
    Stalled,
}
