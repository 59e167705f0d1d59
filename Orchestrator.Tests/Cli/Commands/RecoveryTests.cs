using System.Text;

namespace Orchestrator.Tests.Cli.Commands;

/// <summary>backup, restore and doctor as a user types them.</summary>
public sealed class RecoveryTests
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("swarmnet-recovery-");

    [OneTimeTearDown]
    public void TearDown() => _directory.Delete(recursive: true);

    [Test]
    public async Task A_backup_goes_to_a_file_of_its_owner_and_replaces_another_only_by_force()
    {
        await using var daemon = (await FakeDaemon.StartAsync()).On("POST /swarmnet/v1/backup", "sealed");
        var path = Path.Combine(_directory.FullName, "a.bak");
        var made = await RunAsync(daemon, "correct horse", "backup", path);
        Assert.That(made.ExitCode, Is.Zero, made.Error);
        Assert.That(await File.ReadAllTextAsync(path), Is.EqualTo("sealed"));
        Assert.That(File.GetUnixFileMode(path), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.That(daemon.Seen.Single().Body, Is.EqualTo("""{"Passphrase":"correct horse"}"""));
        Assert.That(made.Out + made.Error, Does.Not.Contain("correct horse"));

        var again = await RunAsync(daemon, "correct horse", "backup", path);
        Assert.That((again.ExitCode, again.Error), Is.EqualTo((4, $"Error: {path} exists\n  Choose another name, or replace it with --force.\n")));
        Assert.That(made.Error, Does.Not.Contain("may be missing"));
        var stale = await RunAsync(daemon, "correct horse", "backup", "--force", "--stale", path);
        Assert.That(stale.ExitCode, Is.Zero);
        Assert.That(stale.Error, Does.EndWith("It is what this manager knew; the newest changes may be missing.\n"));
        Assert.That(daemon.Seen.Last().Query, Is.EqualTo("?consistency=stale"));
    }

    [Test]
    public async Task A_backup_that_fails_leaves_no_file()
    {
        await using var daemon = (await FakeDaemon.StartAsync()).On("POST /swarmnet/v1/backup", """{"message":"no"}""", 500);
        var directory = _directory.CreateSubdirectory("fails");
        var outcome = await RunAsync(daemon, "correct horse", "backup", Path.Combine(directory.FullName, "b.bak"));
        Assert.That((outcome.ExitCode, outcome.Error.Split('\n')[0]), Is.EqualTo((1, "Error: no")));
        Assert.That(directory.GetFiles(), Is.Empty);
    }

    [TestCase(null, null, "there is no passphrase")]
    [TestCase("short", null, "shorter than 8 characters")]
    [TestCase(null, "one passphrase,another one", "are not the same")]
    [TestCase(null, "tiny,tiny", "shorter than 8 characters")]
    public async Task A_passphrase_that_cannot_be_used_is_refused_before_anything_is_sent(string? variable, string? typed, string told)
    {
        await using var daemon = await FakeDaemon.StartAsync();
        var lines = new Queue<string>(typed?.Split(',') ?? []);
        var outcome = await CliRun.RunAsync(environment => environment with
        {
            Variable = name => name == "SWARMNET_PASSPHRASE" ? variable : null,
            AskSecret = _ => lines.TryDequeue(out var line) ? line : null,
        }, ["-H", daemon.Address, "backup", Path.Combine(_directory.FullName, "c.bak")]);
        Assert.That(outcome.ExitCode, Is.EqualTo(2));
        Assert.That(outcome.Error, Does.Contain(told));
        Assert.That(daemon.Seen, Is.Empty);
        Assert.That(_directory.GetFiles("c.bak*"), Is.Empty);
    }

    [Test]
    public async Task A_passphrase_file_goes_before_the_environment_and_loses_its_line_end()
    {
        await using var daemon = (await FakeDaemon.StartAsync()).On("POST /swarmnet/v1/backup", "sealed");
        using var output = new MemoryStream();
        var outcome = await CliRun.RunAsync(environment => environment with
        {
            Variable = _ => "from the environment", ReadFile = _ => "from the file\r\n", OpenOutput = () => output,
        }, ["-H", daemon.Address, "backup", "--passphrase-file", "f", "-"]);
        Assert.That(outcome.ExitCode, Is.Zero, outcome.Error);
        Assert.That(daemon.Seen.Single().Body, Does.Contain("from the file\""));
        Assert.That(Encoding.UTF8.GetString(output.ToArray()), Is.EqualTo("sealed"));
    }

    [Test]
    public async Task A_restore_sends_the_request_and_the_file_and_tells_what_became_of_it()
    {
        await using var daemon = (await FakeDaemon.StartAsync()).On("POST /swarmnet/v1/restore",
            """{"NodeID":"n7","TakenAt":"2026-11-20T10:00:00Z","Services":2,"FormerManagers":3}""");
        var outcome = await CliRun.RunAsync(environment => environment with
        {
            Variable = _ => "correct horse", OpenInput = () => new MemoryStream("the file"u8.ToArray()),
        }, ["-H", daemon.Address, "restore", "--advertise-addr", "10.0.0.1", "-"]);
        Assert.That(outcome.ExitCode, Is.Zero, outcome.Error);
        Assert.That(daemon.Seen.Single().Body[4..], Is.EqualTo(
            """{"Passphrase":"correct horse","AdvertiseAddr":"10.0.0.1"}the file"""));
        Assert.That(outcome.Error, Does.Contain("node n7, of the cluster as it was on 2026-11-20 10:00:00 UTC, with 2 services.")
            .And.Contain("3 former managers are workers now"));
    }

    [Test]
    public async Task The_doctor_prints_every_finding_with_its_fix_and_fails_on_an_error()
    {
        const string Findings = """
            [{"Severity":"ok","Check":"node","What":"all well"},
             {"Severity":"error","Check":"flush","What":"slow","Why":"waits","Fix":"buy"}]
            """;
        await using var daemon = (await FakeDaemon.StartAsync()).On("GET /swarmnet/v1/doctor", Findings);
        var table = await CliRun.RunAsync(daemon, "doctor");
        Assert.That((table.ExitCode, table.Out), Is.EqualTo((1,
            "OK     node         all well\nERROR  flush        slow\n                    why: waits\n                    fix: buy\n")));
        var json = await CliRun.RunAsync(daemon, "doctor", "--format", "json");
        Assert.That(json.Out, Does.StartWith("[\n    {\n        \"Severity\": \"ok\","));
    }

    [Test]
    public async Task The_doctor_says_that_the_daemon_does_not_run_and_how_to_start_it()
    {
        var outcome = await CliRun.RunAsync("-H", "unix:///nowhere/d.sock", "doctor");
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
        Assert.That(outcome.Out, Does.StartWith("ERROR  daemon       cannot reach the swarmnet daemon").And.Contain("systemctl start swarmnet"));
        Assert.That(outcome.Error, Is.Empty);
    }

    [Test]
    public async Task Force_on_a_group_that_has_a_leader_is_warned_of_and_done()
    {
        const string Nodes = """
            [{"ID":"a","Description":{"Hostname":"host1"},"ManagerStatus":{"Leader":true,"Reachability":"reachable"}},
             {"ID":"b","Description":{"Hostname":"host2"},"ManagerStatus":{"Reachability":"reachable"}}]
            """;
        await using var daemon = (await FakeDaemon.StartAsync()).On("GET /nodes", Nodes).On("POST /swarm/init", "\"b\"");
        var outcome = await CliRun.RunAsync(daemon, "init", "--force-new-cluster");
        Assert.That(outcome.ExitCode, Is.Zero, outcome.Error);
        Assert.That(outcome.Error, Does.StartWith("Warning: the cluster has a leader, host1, and works without force.")
            .And.Contain("goes on with this host, node b, as its only manager"));
        Assert.That(daemon.Seen.Last().Body, Does.Contain("\"ForceNewCluster\":true"));
        await using var lonely = (await FakeDaemon.StartAsync()).On("GET /nodes", """{"message":"no leader"}""", 500)
            .On("POST /swarm/init", "\"b\"");
        Assert.That((await CliRun.RunAsync(lonely, "init", "--force-new-cluster")).Error, Does.StartWith("The cluster goes on"));
    }

    private static Task<CliOutcome> RunAsync(FakeDaemon daemon, string passphrase, params string[] args) => CliRun.RunAsync(
        environment => environment with { Variable = name => name == "SWARMNET_PASSPHRASE" ? passphrase : null },
        ["-H", daemon.Address, .. args]);
}
