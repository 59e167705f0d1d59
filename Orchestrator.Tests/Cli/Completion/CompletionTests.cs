using System.Diagnostics;

namespace Orchestrator.Tests.Cli.Completion;

[TestFixture]
public sealed class CompletionTests
{
    [TestCase("bash", "bash")]
    [TestCase("zsh", "zsh")]
    [TestCase("fish", "fish")]
    public async Task The_script_is_valid_for_its_shell(string shell, string program)
    {
        var script = (await CliRun.RunAsync("completion", shell)).Out;
        Assert.That(script, Does.Contain("__complete"));
        using var process = Start(program);
        if (process is null)
            Assert.Ignore($"{program} is not installed");
        await process!.StandardInput.WriteAsync(script);
        process.StandardInput.Close();
        var complaint = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.That(process.ExitCode, Is.Zero, complaint);
    }

    private static Process? Start(string program)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(program, "-n") { RedirectStandardInput = true, RedirectStandardError = true });
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    [TestCase("", "backup completion doctor explain info init join join-token leave node rebalance restore rotate-key service update version")]
    [TestCase("jo", "join join-token")]
    [TestCase("node |", "demote inspect ls promote ps rm update")]
    [TestCase("service ps --no|", "--no-resolve --no-trunc")]
    [TestCase("node update --availability |", "active drain pause")]
    [TestCase("node update --role |", "manager worker")]
    [TestCase("node promote |", "node1")]
    [TestCase("node demote --f|", "--force")]
    [TestCase("service ps |", "db web")]
    [TestCase("rebalance |", "db web")]
    [TestCase("service create --rebalance |", "auto off")]
    [TestCase("service scale w", "web=")]
    [TestCase("node inspect |", "node1")]
    [TestCase("explain |", "node service task")]
    [TestCase("explain service |", "db web")]
    [TestCase("explain node |", "node1")]
    [TestCase("join-token |", "manager worker")]
    [TestCase("nonsense |", "")]
    [TestCase("--nonsense |", "")]
    public async Task What_may_come_next_is_listed_live(string line, string expected)
    {
        await using var daemon = (await FakeDaemon.StartAsync())
            .On("GET /services", """[{"ID":"1","Spec":{"Name":"web"}},{"ID":"2","Spec":{"Name":"db"}}]""")
            .On("GET /nodes", """[{"ID":"n","Description":{"Hostname":"node1"}}]""");
        var outcome = await CliRun.RunAsync(daemon, ["__complete", "--", .. line.Split(' ').Select(word => word.TrimEnd('|'))]);
        Assert.That(outcome.Out.TrimEnd('\n').Replace('\n', ' '), Is.EqualTo(expected));
        Assert.That(outcome.Error, Is.Empty);
        Assert.That(outcome.ExitCode, Is.Zero);
    }

    [Test]
    public async Task Without_a_daemon_there_are_no_names_and_no_error()
    {
        var outcome = await CliRun.RunAsync("-H", "unix:///nonexistent.sock", "__complete", "--", "service", "ps", "");
        Assert.That(outcome, Is.EqualTo(new CliOutcome(0, "", "")));
    }
}
