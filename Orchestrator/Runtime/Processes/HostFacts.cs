using System.Globalization;
using System.Runtime.InteropServices;
using Orchestrator.Model;

namespace Orchestrator.Runtime.Processes;

/// <summary>What this host has to offer.</summary>
internal static class HostFacts
{
    private const long NanosecondsPerCore = 1_000_000_000;

    internal static NodeDescription Describe() => new()
    {
        Platform = new Platform { Architecture = Architecture(), Os = "linux" },
        Resources = new NodeResources
        {
            NanoCpus = Environment.ProcessorCount * NanosecondsPerCore,
            MemoryBytes = MemoryBytes(ProcFiles.TryRead("/proc/meminfo")) is var bytes and > 0
                ? bytes
                : throw new RuntimeException(RuntimeFailure.Unavailable, "/proc/meminfo cannot be read"),
        },
        EngineVersion = "process",
        EngineLabels = StringMap.Empty
            .Add(DerivedLabels.KernelVersion, ProcFiles.TryRead("/proc/sys/kernel/osrelease").Trim())
            .Add(DerivedLabels.OperatingSystem, RuntimeInformation.OSDescription),
        Plugins = ["Log/json-file"],
        Runtime = "process",
    };

    internal static long MemoryBytes(string meminfo)
    {
        foreach (var line in meminfo.Split('\n'))
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is ["MemTotal:", var kibibytes, ..])
                return long.Parse(kibibytes, CultureInfo.InvariantCulture) << 10;
        return 0;
    }

    /// <summary>As <c>uname -m</c> names it.</summary>
    private static string Architecture() => RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "x86_64",
        System.Runtime.InteropServices.Architecture.Arm64 => "aarch64",
        var other => other.ToString().ToLowerInvariant(),
    };
}
