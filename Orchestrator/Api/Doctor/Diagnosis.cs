using System.Globalization;

namespace Orchestrator.Api.Doctor;

/// <summary>What the facts mean. Pure.</summary>
public static class Diagnosis
{
    private const long MiB = 1024 * 1024;
    private const long LeastFree = 256 * MiB;
    private const long LittleFree = 1024 * MiB;
    private const int LittlePercent = 10;

    /// <summary>A manager holds a connection of each node, and files.</summary>
    private const long FewOpenFiles = 4096;

    /// <summary>A change waits for two of these at least, one after the other with others before it.</summary>
    private static readonly TimeSpan SlowFlush = TimeSpan.FromMilliseconds(25);

    /// <summary>Elections begin after a second of silence.</summary>
    private static readonly TimeSpan HopelessFlush = TimeSpan.FromMilliseconds(500);

    /// <summary>In the order they are shown: what stops the cluster comes first.</summary>
    public static ImmutableArray<Finding> Of(HostFacts facts) =>
    [
        OfNode(facts),
        .. facts.Group is { } group ? GroupDiagnosis.Of(group) : [],
        OfFlush(facts.Disk),
        .. facts.Disk.TotalBytes > 0 ? [OfSpace(facts.Disk)] : (Finding[])[],
        .. facts.Certificate is { } certificate ? [OfCertificate(certificate, facts.Now)] : (Finding[])[],
        OfEngine(facts.Engine),
        .. OfKernel(facts),
    ];

    private static Finding OfNode(HostFacts facts) => facts.Node switch
    {
        { Error.Length: > 0 } node => new Finding(
            Severity.Error, "node", $"this {Word(node.Role)} does not work: {node.Error}",
            "it takes no part in the cluster until that is over",
            "look at the daemon's log: journalctl -u swarmnet"),
        { Role: LocalNodeRole.Inactive } => new Finding(Severity.Ok, "node", "this host is in no cluster"),
        var node => new Finding(Severity.Ok, "node", $"this host is a {Word(node.Role)}, node {node.NodeId?.Value}"),
    };

    private static Finding OfFlush(DiskFacts disk)
    {
        if (disk.Flush is not { } flush)
            return new Finding(Severity.Error, "flush", $"{disk.Directory} keeps nothing: {disk.Error}",
                "what is acknowledged could be lost, so nothing is: a manager stops, a worker forgets its tasks",
                "look at the kernel's messages (dmesg), make room or replace the disk, then restart the daemon");
        var what = string.Create(
            CultureInfo.InvariantCulture, $"a write is durable after {flush.TotalMilliseconds:0.0} ms");
        if (flush < SlowFlush)
            return new Finding(Severity.Ok, "flush", what);
        return new Finding(flush < HopelessFlush ? Severity.Warn : Severity.Error, "flush", what,
            "every change of the cluster waits for that, and a manager as slow as this may lose its leadership",
            $"put {disk.Directory} on a local SSD that nothing else writes to");
    }

    private static Finding OfSpace(DiskFacts disk)
    {
        var percent = 100.0 * disk.FreeBytes / disk.TotalBytes;
        var what = string.Create(
            CultureInfo.InvariantCulture, $"{disk.FreeBytes / MiB} MiB ({percent:0} %) are free at {disk.Directory}");
        var severity = disk.FreeBytes < LeastFree ? Severity.Error
            : disk.FreeBytes < LittleFree || percent < LittlePercent ? Severity.Warn
            : Severity.Ok;
        return severity == Severity.Ok
            ? new Finding(severity, "space", what)
            : new Finding(severity, "space", what, "a daemon whose disk is full stops; tasks go on, unmanaged",
                "make room: old images (docker image prune), logs of tasks, or a larger disk");
    }

    private static Finding OfCertificate(CertificateFacts certificate, DateTimeOffset now)
    {
        var left = certificate.NotAfter - now;
        var until = certificate.NotAfter.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        if (now < certificate.NotBefore)
            return new Finding(Severity.Error, "certificate", "this node's certificate is not valid yet",
                "no other node talks to this one", "set this host's clock right");
        if (left <= TimeSpan.Zero)
            return new Finding(Severity.Error, "certificate", $"this node's certificate expired at {until} UTC",
                "no other node talks to this one",
                "set the clock right if it is wrong; else restart the daemon on a manager, leave and join on a worker");
        // Renewal begins between 50 and 80 % of its time: so late it has failed for some time.
        return left < (certificate.NotAfter - certificate.NotBefore) / 5
            ? new Finding(Severity.Warn, "certificate", $"this node's certificate expires at {until} UTC",
                "it should have been renewed before, and without it no other node talks to this one",
                "see that a manager leads the cluster and that this host reaches it; the daemon's log says what failed")
            : new Finding(Severity.Ok, "certificate", $"this node's certificate is good until {until} UTC");
    }

    private static Finding OfEngine(EngineFacts engine) => engine.Error.Length > 0
        ? new Finding(Severity.Error, "engine", engine.Error, "this node gets no new tasks",
            "start the engine (systemctl start docker), or see --docker-host and --runtime of the daemon")
        : new Finding(Severity.Ok, "engine", engine.Runtime == "docker"
            ? "the engine answers"
            : "tasks run as plain processes, without an engine");

    private static IEnumerable<Finding> OfKernel(HostFacts facts)
    {
        if (facts.Engine is { Runtime: "docker", CgroupVersion: 1 })
            yield return new Finding(Severity.Warn, "cgroups", "this host uses control groups of version 1",
                "engines and systemd give them up, and limits on memory are less exact",
                "boot with systemd.unified_cgroup_hierarchy=1");
        if (facts.Engine.OpenFiles is { } files && files < FewOpenFiles)
            yield return new Finding(Severity.Warn, "files", $"the daemon may open {files} files at once",
                "each node of the cluster and each reader of a log needs one",
                "set LimitNOFILE=65536 in its unit, or ulimit -n 65536 where it is started");
    }

    private static string Word(LocalNodeRole role) => role switch
    {
        LocalNodeRole.Manager => "manager",
        LocalNodeRole.Worker => "worker",
        LocalNodeRole.Inactive => "host",
    };
}
