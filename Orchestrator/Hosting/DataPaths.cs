namespace Orchestrator.Hosting;

/// <summary>Where the daemon keeps what, below its data directory.</summary>
internal sealed record DataPaths(string Root)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The replicated log and its snapshots.</summary>
    public string Log => Path.Combine(Root, "raft");

    public string Agent => Path.Combine(Root, "agent");

    public static string Create(string path)
    {
        Directory.CreateDirectory(path, OwnerOnly);
        return path;
    }

    /// <summary>Removes what a membership leaves but the identity, which its own directory forgets.</summary>
    public void ForgetMembership()
    {
        foreach (var path in new[] { Log, Agent })
            if (Directory.Exists(path))
                Directory.Delete(path, recursive: true);
    }
}
