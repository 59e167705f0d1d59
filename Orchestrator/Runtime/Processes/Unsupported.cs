using System.Diagnostics.CodeAnalysis;
using Orchestrator.Model;

namespace Orchestrator.Runtime.Processes;

/// <summary>
/// What a plain process cannot be given is refused by name, never left out in silence: who asks for a read-only file
/// system or fewer capabilities must not get a program without them. A hostname is left out: nothing depends on it, and
/// every service may have one. What is shared of other tasks is there: all processes have the host's network and files.
/// </summary>
internal static class Unsupported
{
    /// <exception cref="RuntimeException">Rejected, naming the first setting that cannot be honoured</exception>
    internal static void Check(ContainerSpec spec)
    {
        Refuse(!spec.Mounts.IsEmpty, "mounts (bind, volume, tmpfs)");
        Refuse(spec.Tty, "a terminal");
        Refuse(spec.OpenStdin, "standard input kept open");
        Refuse(spec.ReadOnly, "a read-only root file system");
        Refuse(!spec.CapabilityAdd.IsEmpty, "added capabilities");
        Refuse(!spec.CapabilityDrop.IsEmpty, "dropped capabilities");
        Refuse(spec.Sysctls.Count > 0, "kernel parameters (sysctls)");
        Refuse(!spec.Hosts.IsEmpty, "extra hosts");
        Refuse(spec.Dns is { } dns && !(dns.Nameservers.IsEmpty && dns.Search.IsEmpty
            && dns.Options.IsEmpty), "DNS settings");
    }

    [DoesNotReturn]
    internal static void Reject(string message) => throw new RuntimeException(RuntimeFailure.Rejected, message);

    private static void Refuse(bool asked, string what)
    {
        if (asked)
            Reject($"the process runtime cannot give a task {what}; start Docker on this node for containers");
    }
}
