using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Orchestrator.Runtime.Processes;

/// <summary>
/// Starts a program as the leader of a session and process group of its own, with default signals, with no file
/// descriptor but 0, 1 and 2. <c>posix_spawn</c> and not <see cref="System.Diagnostics.Process"/>, which can do neither
/// of the first two, and not <c>fork</c>, which a managed process cannot survive. It runs in the caller's directory: to
/// set another one needs a newer C library than some supported hosts have.
/// </summary>
internal static partial class Spawner
{
    private const short SetSignalDefaults = 0x04;
    private const short SetSignalMask = 0x08;
    private const short SetSession = 0x80;

    /// <summary>Larger than each opaque structure of the C libraries in use (the largest is 336 bytes).</summary>
    private const int OpaqueBytes = 1024;

    /// <returns>the process id, which is its group's and session's id too</returns>
    /// <exception cref="Win32Exception">it could not be started; carries errno</exception>
    internal static int Start(TaskPlan plan, int stdout, int stderr)
    {
        var actions = Marshal.AllocHGlobal(OpaqueBytes);
        var attributes = Marshal.AllocHGlobal(OpaqueBytes);
        var signals = Marshal.AllocHGlobal(OpaqueBytes);
        try
        {
            Check(ActionsInit(actions));
            Check(AddOpen(actions, 0, "/dev/null", 0, 0));
            Check(AddDuplicate(actions, stdout, 1));
            Check(AddDuplicate(actions, stderr, 2));
            SetAttributes(attributes, signals);
            Check(Spawn(out var pid, plan.Argv[0], actions, attributes, [.. plan.Argv, null], [.. plan.Env, null]));
            return pid;
        }
        finally
        {
            Marshal.FreeHGlobal(actions);
            Marshal.FreeHGlobal(attributes);
            Marshal.FreeHGlobal(signals);
        }
    }

    private static void SetAttributes(nint attributes, nint signals)
    {
        Check(AttributesInit(attributes));
        Check(FillSignals(signals));
        Check(AttributesDefaults(attributes, signals));
        Check(EmptySignals(signals));
        Check(AttributesMask(attributes, signals));
        Check(AttributesFlags(attributes, SetSignalDefaults | SetSignalMask | SetSession));
    }

    private static void Check(int error)
    {
        if (error != 0)
            throw new Win32Exception(error);
    }

    [LibraryImport("libc", EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Spawn(
        out int pid,
        string path,
        nint actions,
        nint attributes,
        string?[] arguments,
        string?[] environment);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int ActionsInit(nint actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AddOpen(
        nint actions, int fd, string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int AddDuplicate(nint actions, int from, int to);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static partial int AttributesInit(nint attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static partial int AttributesFlags(nint attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    private static partial int AttributesDefaults(nint attributes, nint signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    private static partial int AttributesMask(nint attributes, nint signals);

    [LibraryImport("libc", EntryPoint = "sigfillset")]
    private static partial int FillSignals(nint signals);

    [LibraryImport("libc", EntryPoint = "sigemptyset")]
    private static partial int EmptySignals(nint signals);
}
