using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace Orchestrator.Tests.Integration;

/// <summary>
/// Hosts for a test, each with a network of its own: <c>scripts/lab</c> with names and addresses that nobody else on
/// this machine uses. With real Docker engines, which have the image <c>busybox:local</c>, or without. Disposing it
/// leaves no trace, also after a half-done start.
/// </summary>
/// <example><code>await using var lab = await Lab.UpAsync(3);</code></example>
public sealed class Lab : IAsyncDisposable
{
    private const int Places = 200;

    // The same for everybody on this machine, whatever their directory for temporary files is.
    private const string Home = "/tmp/swarmnet-lab";

    private static readonly TimeSpan StepTimeout = TimeSpan.FromMinutes(2);

    private static readonly string Script = Path.Combine(Programs.RepositoryRoot, "scripts", "lab");

    private readonly FileStream _claim;
    private readonly string _id;

    private Lab(FileStream claim, int place)
    {
        _claim = claim;
        _id = $"t{place}";
        Directory = $"{Home}-{_id}";
        Network = $"10.97.{place}";
    }

    /// <summary>Below it host I keeps everything in the directory I.</summary>
    public string Directory { get; }

    /// <summary>First three bytes of the hosts' addresses.</summary>
    public string Network { get; }

    /// <summary>Starts hosts 1 to <paramref name="hosts"/>. Ignores the test where labs cannot run.</summary>
    public static async Task<Lab> UpAsync(int hosts, CancellationToken ct = default)
    {
        if (!Environment.IsPrivilegedProcess || !File.Exists("/usr/sbin/dockerd"))
            Assert.Ignore("a lab needs root and /usr/sbin/dockerd");
        return await MakeAsync(ct, ["up", Text(hosts)], ["image"]);
    }

    /// <summary>Hosts 1 to <paramref name="hosts"/> without engines. Ignores the test where labs cannot run.</summary>
    public static async Task<Lab> HostsAsync(int hosts, CancellationToken ct = default)
    {
        if (!Environment.IsPrivilegedProcess || !File.Exists("/usr/sbin/nft"))
            Assert.Ignore("hosts of a lab need root and /usr/sbin/nft");
        return await MakeAsync(ct, ["hosts", Text(hosts)]);
    }

    private static async Task<Lab> MakeAsync(CancellationToken ct, params string[][] steps)
    {
        var lab = Claim();
        try
        {
            await lab.ScriptAsync(ct, "down"); // what a killed test run may have left in this place
            foreach (var step in steps)
                await lab.ScriptAsync(ct, step);
            return lab;
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    /// <summary>Path of host I's engine socket.</summary>
    public string Socket(int host) => Path.Combine(Directory, Text(host), "docker.sock");

    /// <summary>Host I's IP address.</summary>
    public string Address(int host) => $"{Network}.{host}";

    /// <summary>
    /// Starts a program as host I: its network and hostname, the process id is the program's. The caller ends it.
    /// </summary>
    public Process StartInHost(int host, string file, params string[] args) =>
        Start(["run", Text(host), file, .. args]);

    /// <summary>What turns a program and its arguments into those of host I, with the same process id.</summary>
    public ImmutableArray<string> RunIn(int host) =>
    [
        "/usr/bin/env", $"LAB={Directory}", $"LAB_ID={_id}", $"LAB_NET={Network}", Script, "run", Text(host),
    ];

    /// <summary>Unplugs host I from the network.</summary>
    public Task Cut(int host) => ScriptAsync(default, "cut", Text(host));

    public Task Heal(int host) => ScriptAsync(default, "heal", Text(host));

    /// <summary>Host I gets nothing more of what host J sends; the other direction stays.</summary>
    public Task Deafen(int host, int other) => ScriptAsync(default, "deafen", Text(host), Text(other));

    /// <summary>Host I hears everybody again.</summary>
    public Task Hear(int host) => ScriptAsync(default, "hear", Text(host));

    /// <summary>kill -9; its containers are dead for the engine that starts next.</summary>
    public Task CrashEngine(int host) => ScriptAsync(default, "crash", Text(host));

    /// <summary>Completes when the engine answers.</summary>
    public Task StartEngine(int host) => ScriptAsync(default, "start", Text(host));

    /// <summary>The engine stops answering but stays: SIGSTOP.</summary>
    public Task HangEngine(int host) => ScriptAsync(default, "hang", Text(host));

    public Task ResumeEngine(int host) => ScriptAsync(default, "resume", Text(host));

    /// <summary>Process id of host I's engine.</summary>
    public int EnginePid(int host) => int.Parse(
        File.ReadAllText(Path.Combine(Directory, Text(host), "pid")), CultureInfo.InvariantCulture);

    /// <summary>The docker CLI against host I's engine; returns its output.</summary>
    public Task<string> DockerAsync(int host, params string[] args) =>
        ScriptAsync(default, ["docker", Text(host), .. args]);

    public async ValueTask DisposeAsync()
    {
        try
        {
            await ScriptAsync(default, "down");
        }
        finally
        {
            await _claim.DisposeAsync();
        }
    }

    /// <summary>A free place: an open file without sharing is a lock that dies with this process.</summary>
    private static Lab Claim()
    {
        var first = RandomNumberGenerator.GetInt32(Places);
        for (var i = 0; i < Places; i++)
        {
            var place = (first + i) % Places;
            var path = $"{Home}-t{place}.lock";
            try
            {
                var claim = new FileStream(path, new FileStreamOptions
                {
                    Mode = FileMode.OpenOrCreate,
                    Access = FileAccess.ReadWrite,
                    Share = FileShare.None,
                    Options = FileOptions.DeleteOnClose,
                });
                return new Lab(claim, place);
            }
            catch (IOException)
            {
                continue; // another lab is there
            }
        }
        throw new InvalidOperationException($"all {Places} places for labs are taken: see /tmp/swarmnet-lab-*.lock");
    }

    private async Task<string> ScriptAsync(CancellationToken ct, params string[] args)
    {
        using var process = Start(args);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timeout.CancelAfter(StepTimeout);
        var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
        var errors = process.StandardError.ReadToEndAsync(timeout.Token);
        try
        {
            await process.WaitForExitAsync(timeout.Token);
            if (process.ExitCode != 0)
                throw new InvalidOperationException(
                    $"lab {string.Join(' ', args)} failed: {await errors}{await output}");
            return await output;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"lab {string.Join(' ', args)} did not end within {StepTimeout}");
        }
    }

    private Process Start(string[] args)
    {
        var start = new ProcessStartInfo(Script, args)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["LAB"] = Directory;
        start.Environment["LAB_ID"] = _id;
        start.Environment["LAB_NET"] = Network;
        return Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
