namespace Orchestrator.Security;

/// <summary>A backup cannot be used. The message is for the user: what, why and what to do.</summary>
public sealed class BackupException(BackupFault fault, string message) : Exception(message)
{
    public BackupFault Fault { get; } = fault;
}

public enum BackupFault
{
    NotABackup,
    NewerVersion,
    WrongPassphrase,

    /// <summary>The end is missing.</summary>
    CutShort,

    /// <summary>Bytes are not those that were written.</summary>
    Changed,

    TooLarge,
}
