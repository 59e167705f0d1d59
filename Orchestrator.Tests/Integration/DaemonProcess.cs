using System.Diagnostics;
using System.Text.Json.Nodes;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Integration;

/// <summary>How a daemon for a test starts.</summary>
internal sealed record DaemonSetup
{
    /// <summary>Program and arguments that run the rest in their place: same process id, other surroundings.</summary>
    public ImmutableArray<string> Prefix { get; init; } = [];

    public string Runtime { get; init; } = "process";

    public string Listen { get; init; } = "127.0.0.1:0";

    public string? Hostname { get; init; }

    /// <summary>Null is a directory of its own.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>Null is one of its own.</summary>
    public string? Socket { get; init; }

    public ImmutableArray<string> MoreArguments { get; init; } = [];

    public ImmutableSortedDictionary<string, string> Environment { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;
}

/// <summary>
/// The real program as a process of its own, with its own directories and ports; nothing of it is left at the end, tasks
/// included.
/// </summary>
internal sealed class DaemonProcess : IAsyncDisposable
{
    private readonly DaemonSetup _setup;
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("swarmnet-e2e-");
    private Process? _process;

    private DaemonProcess(DaemonSetup setup)
    {
        _setup = setup;
        DataDirectory = setup.DataDirectory ?? Path.Combine(_root.FullName, "data");
        Socket = setup.Socket ?? Path.Combine(_root.FullName, "s.sock");
        Api = new ApiSocket(Socket);
        Log = Path.Combine(_root.FullName, "log");
    }

    public string DataDirectory { get; }

    public string Socket { get; }

    public ApiSocket Api { get; }

    /// <summary>A directory for the test's own files.</summary>
    public string Scratch => _root.FullName;

    public int Pid => _process!.Id;

    public bool HasEnded => _process!.HasExited;

    public string Log { get; }

    public static async Task<DaemonProcess> StartAsync(DaemonSetup? setup = null)
    {
        var daemon = Prepare(setup);
        try
        {
            await daemon.StartAgainAsync();
            return daemon;
        }
        catch
        {
            await daemon.DisposeAsync();
            throw;
        }
    }

    /// <summary>Its directories, but nothing that runs yet.</summary>
    public static DaemonProcess Prepare(DaemonSetup? setup = null) => new(setup ?? new DaemonSetup());

    /// <summary>Completes when the API answers.</summary>
    public async Task StartAgainAsync()
    {
        Launch();
        await Eventually.Get("an answer of the daemon to /_ping", PingAsync, answered => answered);
    }

    /// <summary>For one that must end by itself.</summary>
    public async Task<int> RunToEndAsync()
    {
        Launch();
        return await ExitCodeAsync();
    }

    public async Task Kill9Async()
    {
        Programs.Kill(Pid);
        await ExitCodeAsync();
    }

    public Task<int> TerminateAsync()
    {
        Programs.Kill(Pid, "TERM");
        return ExitCodeAsync();
    }

    public async Task<int> ExitCodeAsync()
    {
        using var limit = new CancellationTokenSource(Eventually.Patience);
        try
        {
            await _process!.WaitForExitAsync(limit.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            throw new AssertionException($"the daemon did not end within {Eventually.Patience.TotalSeconds} s: {ReadLog()}");
        }
    }

    public string ReadLog() => File.Exists(Log) ? File.ReadAllText(Log) : "";

    /// <summary>The stock docker client against this daemon.</summary>
    public Task<ProgramResult> DockerAsync(params string[] arguments) =>
        Programs.RunAsync("docker", ["-H", $"unix://{Socket}", .. arguments]);

    /// <summary>The product's own client against this daemon.</summary>
    public Task<ProgramResult> SwarmnetAsync(params string[] arguments) =>
        Programs.RunAsync(Programs.Swarmnet, ["--host", $"unix://{Socket}", .. arguments]);

    /// <summary>Makes a cluster of this node; returns the address of its manager.</summary>
    public async Task<string> InitAsync(string advertise = "127.0.0.1")
    {
        (await Api.PostAsync("/swarm/init", new JsonObject
        {
            ["ListenAddr"] = _setup.Listen, ["AdvertiseAddr"] = advertise,
        })).Succeeded();
        return (string)(await Api.ReadAsync("/info"))["Swarm"]!["RemoteManagers"]![0]!["Addr"]!;
    }

    /// <summary>Ids of the supervisors of this daemon's tasks.</summary>
    public ImmutableArray<int> Shims() => Programs.With($"task-shim {DataDirectory}");

    /// <summary>Ids of the tasks' own processes.</summary>
    public ImmutableArray<int> TaskProcesses() => [.. Shims().SelectMany(shim => Programs.ChildrenOf(shim))];

    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        if (_process is { HasExited: false })
            await Kill9Async();
        _process?.Dispose();
        if (TestContext.CurrentContext.Result.Outcome.Status == NUnit.Framework.Interfaces.TestStatus.Failed)
            TestContext.Out.WriteLine($"--- log of {_setup.Hostname ?? DataDirectory}\n{ReadLog()}");
        await EndTasksAsync();
        _root.Delete(recursive: true);
    }

    private async Task<bool> PingAsync()
    {
        if (_process!.HasExited)
            throw new AssertionException($"the daemon ended with exit code {_process.ExitCode}: {ReadLog()}");
        return (await Api.GetAsync("/_ping")).Status == 200;
    }

    private void Launch()
    {
        _process?.Dispose();
        // The shell puts the output into a file and becomes the program: tasks that outlive a daemon hold no pipe of ours.
        var start = new ProcessStartInfo("/bin/sh",
        [
            "-c", $"exec \"$@\" >>'{Log}' 2>&1 </dev/null", "sh", .. _setup.Prefix, Programs.Swarmnet, "daemon",
            "--data-dir", DataDirectory, "--socket", Socket, .. Arguments(),
        ]);
        foreach (var (name, value) in _setup.Environment)
            start.Environment[name] = value;
        _process = Process.Start(start)!;
    }

    private IEnumerable<string> Arguments() =>
    [
        .. Option("--runtime", _setup.Runtime), .. Option("--listen-addr", _setup.Listen),
        .. Option("--hostname", _setup.Hostname), .. _setup.MoreArguments,
    ];

    private static string[] Option(string name, string? value) => value is { Length: > 0 } ? [name, value] : [];

    /// <summary>A task that is killed lets its supervisor clean up; then that ends too.</summary>
    private async Task EndTasksAsync()
    {
        foreach (var pid in TaskProcesses())
            Programs.Kill(pid);
        try
        {
            await Eventually.True("the end of all supervisors", () => Shims().IsEmpty, TimeSpan.FromSeconds(10));
        }
        catch (AssertionException)
        {
            foreach (var pid in Shims())
                Programs.Kill(pid);
            throw;
        }
    }
}
