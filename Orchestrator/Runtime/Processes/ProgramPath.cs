namespace Orchestrator.Runtime.Processes;

/// <summary>Finds programs as a shell does.</summary>
internal static class ProgramPath
{
    internal const string Default = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private const UnixFileMode Executable =
        UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <returns>an absolute path, or null when there is no such program</returns>
    internal static string? Find(string name, string path, string directory)
    {
        if (name.Contains('/'))
            return IsProgram(Path.Combine(directory, name)) ? Path.GetFullPath(Path.Combine(directory, name)) : null;
        foreach (var folder in path.Split(':', StringSplitOptions.RemoveEmptyEntries))
            if (name.Length > 0 && IsProgram(Path.Combine(folder, name)))
                return Path.Combine(folder, name);
        return null;
    }

    /// <summary>
    /// The name in an image reference, without digest and tag: <c>registry:5000/a/b:tag</c> gives all before
    /// <c>:tag</c>.
    /// </summary>
    internal static string FromImage(string image)
    {
        var digest = image.IndexOf('@', StringComparison.Ordinal);
        var name = digest < 0 ? image : image[..digest];
        var tag = name.LastIndexOf(':');
        return tag > name.LastIndexOf('/') ? name[..tag] : name;
    }

    private static bool IsProgram(string path) =>
        File.Exists(path) && (File.GetUnixFileMode(path) & Executable) != 0;
}
