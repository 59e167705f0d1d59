using Orchestrator.Primitives;

namespace Orchestrator.Cli.Commands;

/// <summary>A file for its owner that appears under its name when it is whole and durable, or not at all.</summary>
internal sealed class OutputFile : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _path;
    private readonly bool _overwrite;
    private readonly FileStream _file;
    private bool _isPublished;

    private OutputFile(string path, bool overwrite)
    {
        _path = path;
        _overwrite = overwrite;
        _file = new FileStream($"{path}.{Environment.ProcessId}.tmp", new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly,
        });
    }

    public Stream Stream => _file;

    /// <exception cref="CliException">it exists and may not be replaced, or it cannot be written</exception>
    public static OutputFile Create(string path, bool overwrite)
    {
        var full = Path.GetFullPath(path);
        if (File.Exists(full) && !overwrite)
            throw new CliException(
                ExitCode.Conflict, $"{path} exists", null, "Choose another name, or replace it with --force.");
        return Guarded(path, () => new OutputFile(full, overwrite));
    }

    /// <exception cref="CliException">the disk refused</exception>
    public void Publish() => Guarded(_path, () =>
    {
        DurableFile.Publish(_file, _path, _overwrite);
        return _isPublished = true;
    });

    public void Dispose()
    {
        _file.Dispose();
        if (!_isPublished)
            File.Delete(_file.Name);
    }

    private static T Guarded<T>(string path, Func<T> write)
    {
        try
        {
            return write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Failed, $"cannot write {path}: {e.Message}");
        }
    }
}
