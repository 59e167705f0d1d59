using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Orchestrator.Api;
using Orchestrator.Model;

namespace Orchestrator.Hosting;

/// <summary>What is known of this host without asking anyone.</summary>
internal static class HostDescription
{
    private const long KiB = 1024;

    /// <summary>Version of swarmnet.</summary>
    public static string Version { get; } =
        typeof(HostDescription).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion.Split('+')[0];

    public static LocalEngine Read(DaemonOptions options) => new()
    {
        Hostname = options.Hostname,
        DaemonVersion = Version,
        KernelVersion = FirstLine("/proc/sys/kernel/osrelease"),
        OperatingSystem = OsRelease("PRETTY_NAME"),
        OsVersion = OsRelease("VERSION_ID"),
        Architecture = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "aarch64" : "x86_64",
        Cpus = Environment.ProcessorCount,
        MemoryBytes = TotalMemory(),
        RootDirectory = options.DataDirectory,
        Labels = [.. options.EngineLabels.Select(label => $"{label.Key}={label.Value}")],
    };

    /// <summary>Adds what the runtime says of itself.</summary>
    public static LocalEngine With(this LocalEngine engine, NodeDescription runtime) => engine with
    {
        Runtime = runtime.Runtime,
        RuntimeVersion = runtime.EngineVersion,
        Plugins = runtime.Plugins,
        Warnings = runtime.RuntimeError.Length > 0 ? [runtime.RuntimeError] : [],
    };

    private static long TotalMemory()
    {
        var line =
            File.ReadLines("/proc/meminfo").First(text => text.StartsWith("MemTotal:", StringComparison.Ordinal));
        return long.Parse(
            line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * KiB;
    }

    private static string OsRelease(string key) =>
        !File.Exists("/etc/os-release")
            ? ""
            : File.ReadLines("/etc/os-release")
                .Where(line => line.StartsWith($"{key}=", StringComparison.Ordinal))
                .Select(line => line[(key.Length + 1)..].Trim('"'))
                .FirstOrDefault("");

    private static string FirstLine(string path) => File.Exists(path) ? File.ReadLines(path).FirstOrDefault("") : "";
}
