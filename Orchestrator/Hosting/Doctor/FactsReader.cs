using System.Globalization;
using Orchestrator.Api;
using Orchestrator.Api.Doctor;
using Orchestrator.Consensus;
using Orchestrator.Consensus.Core;
using Orchestrator.Consensus.Log;
using Orchestrator.Consensus.Transport;
using Orchestrator.Security;

namespace Orchestrator.Hosting.Doctor;

/// <summary>Finds out what a diagnosis is made of. Changes nothing but a small file that goes again.</summary>
/// <param name="openDisk">throws <see cref="LogException"/> when it cannot be trusted</param>
internal sealed class FactsReader(HostServices services, Func<ILogDisk> openDisk)
{
    /// <summary>For all writes together; a disk that takes longer does not answer.</summary>
    private static readonly TimeSpan DiskLimit = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private Task<TimeSpan>? _measuring;

    /// <param name="membership">null while this host is in no cluster</param>
    public async Task<HostFacts> ReadAsync(Membership? membership, CancellationToken ct) => new()
    {
        Now = services.Now,
        Node = membership?.Status ?? new LocalNodeStatus(),
        Disk = await DiskAsync(services.Options.DataDirectory, ct),
        Engine = await EngineAsync(membership, ct),
        Certificate = membership?.Identity.Current.Validity is { } validity
            ? new CertificateFacts(validity.NotBefore, validity.NotAfter)
            : null,
        Group = membership?.Manager is { } manager
            ? await GroupAsync(
                manager.Role.Node.Status, ClusterConnector.ForNode(membership.Identity, services.Time), ct)
            : null,
    };

    private async Task<GroupFacts> GroupAsync(
        MemberStatus status, ClusterConnector connector, CancellationToken ct) => new()
    {
        Voters = status.Membership.Members.Count(member => member.Votes),
        Reachable = status.Membership.Members.Count(member => member.Votes && (member.Id == status.Self
            || status.Peers.Any(peer => peer.Member.Id == member.Id && peer.IsReachable))),
        HasLeader = !status.Leader.IsNone,
        LostData = status.LostData,
        Peers = [.. await Task.WhenAll(status.Peers.Select(peer => PeerAsync(peer, status.Self, connector, ct)))],
    };

    private async Task<PeerFacts> PeerAsync(
        PeerStatus peer, MemberId self, ClusterConnector connector, CancellationToken ct)
    {
        var answer = await new PeerProbe(connector, services.Time).AskAsync(peer.Member.Address, ct);
        return new PeerFacts
        {
            Address = peer.Member.Address,
            IsReachable = peer.IsReachable,
            Problem = peer.Problem,
            Answer = answer is null
                ? null
                : new PeerAnswer(answer.Links.Reached.Contains(self.Value), answer.Ahead, answer.RoundTrip),
        };
    }

    private async Task<DiskFacts> DiskAsync(string directory, CancellationToken ct)
    {
        var facts = new DiskFacts { Directory = directory };
        try
        {
            var drive = new DriveInfo(directory);
            facts = facts with { FreeBytes = drive.AvailableFreeSpace, TotalBytes = drive.TotalSize };
            return facts with { Flush = await Measuring(directory).WaitAsync(DiskLimit, services.Time, ct) };
        }
        catch (Exception exception) when (exception is LogException or IOException or UnauthorizedAccessException)
        {
            return facts with { Error = exception.Message };
        }
        catch (TimeoutException)
        {
            return facts with { Error = $"the disk did not answer within {DiskLimit.TotalSeconds:0} s" };
        }
    }

    /// <summary>One at a time, however many ask: a disk that hangs keeps one thread, not one for each.</summary>
    private Task<TimeSpan> Measuring(string directory)
    {
        lock (_gate)
            return _measuring = _measuring is { IsCompleted: false } ? _measuring : MeasureAsync(directory);
    }

    private async Task<TimeSpan> MeasureAsync(string directory)
    {
        await using var queue = new DiskQueue();
        var microseconds = 0.0;
        await queue.RunAsync(() => microseconds = FlushSpeed.Measure(openDisk(), directory, services.Time));
        return TimeSpan.FromMicroseconds(microseconds);
    }

    private async Task<EngineFacts> EngineAsync(Membership? membership, CancellationToken ct)
    {
        var facts = new EngineFacts { CgroupVersion = CgroupVersion(), OpenFiles = OpenFiles() };
        if (membership is not null)
            return facts with { Runtime = membership.State.Runtime, Error = membership.Description.RuntimeError };
        try
        {
            return facts with { Runtime = await NodeSetup.ChooseRuntimeAsync(services, ct) };
        }
        catch (ApiException exception)
        {
            return facts with { Error = exception.Message };
        }
    }

    private static int CgroupVersion() => File.Exists("/sys/fs/cgroup/cgroup.controllers") ? 2
        : Directory.Exists("/sys/fs/cgroup/memory") ? 1
        : 0;

    /// <summary>The third column of its line is the limit that counts.</summary>
    private static long? OpenFiles()
    {
        var line = File.ReadLines("/proc/self/limits")
            .FirstOrDefault(text => text.StartsWith("Max open files", StringComparison.Ordinal), "");
        var columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return columns.Length > 3 && long.TryParse(columns[3], CultureInfo.InvariantCulture, out var limit)
            ? limit
            : null;
    }
}
