using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Api.Doctor;
using Orchestrator.Consensus.Log;
using Orchestrator.Hosting;
using Orchestrator.Hosting.Doctor;
using Orchestrator.Tests.Consensus;

namespace Orchestrator.Tests.Hosting;

/// <summary>What is wrong with a host is found, not thrown.</summary>
public sealed class FactsReaderTests
{
    private readonly TemporaryDirectory _directory = new();

    [OneTimeTearDown]
    public void TearDown() => _directory.Dispose();

    [Test]
    public async Task A_disk_that_keeps_what_is_written_is_measured()
    {
        var facts = await ReadAsync(_directory.Path, static () => new PosixDisk());
        Assert.That((facts.Disk.Flush > TimeSpan.Zero, facts.Disk.FreeBytes > 0, facts.Disk.Error), Is.EqualTo((true, true, "")));
    }

    [Test]
    public async Task A_system_whose_flushes_cannot_be_trusted_is_a_finding()
    {
        var facts = await ReadAsync(
            _directory.Path, static () => throw new LogException(LogFailure.FlushFailed, "it does not say when a flush fails"));
        var found = Diagnosis.Of(facts).Single(finding => finding.Check == "flush");
        Assert.That((found.Severity, found.What),
            Is.EqualTo((Severity.Error, $"{_directory.Path} keeps nothing: it does not say when a flush fails")));
    }

    [Test]
    public async Task A_disk_that_is_not_there_is_a_finding()
    {
        var facts = await ReadAsync(_directory.Child("gone"), static () => new PosixDisk());
        Assert.That(Diagnosis.Of(facts).Single(finding => finding.Check == "flush").Severity, Is.EqualTo(Severity.Error));
    }

    private static Task<HostFacts> ReadAsync(string directory, Func<ILogDisk> disk)
    {
        var options = new DaemonOptions { DataDirectory = directory, Runtime = RuntimeChoice.Process };
        return new FactsReader(new HostServices(options, TimeProvider.System, NullLoggerFactory.Instance), disk)
            .ReadAsync(membership: null, CancellationToken.None);
    }
}
