using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Orchestrator.Security;

/// <summary>fsync with its errors: the managed calls swallow them, and cannot flush a directory.</summary>
internal static class Durability
{
    private const int ReadOnly = 0x80000; // O_RDONLY | O_CLOEXEC

    public static void Flush(FileStream file)
    {
        file.Flush();
        Check(Fsync(file.SafeFileHandle.DangerousGetHandle().ToInt32()), file.Name);
        GC.KeepAlive(file);
    }

    public static void FlushDirectory(string path)
    {
        var descriptor = Open(path, ReadOnly);
        Check(descriptor, path);
        try
        {
            Check(Fsync(descriptor), path);
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static void Check(int result, string path)
    {
        if (result < 0)
            throw new IOException($"cannot make {path} durable: {new Win32Exception().Message}");
    }

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Fsync(int descriptor);

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    private static extern int Close(int descriptor);
}
