using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Agents;
using Orchestrator.Model;
using Orchestrator.Security;
using Orchestrator.Tests.Builders;
using Orchestrator.Tests.Consensus;
using Orchestrator.Tests.Security;

namespace Orchestrator.Tests.Agents;

/// <summary>A whole agent on a fake runtime, with real connections to scripted managers.</summary>
internal sealed class AgentRig : IAsyncDisposable
{
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(20);

    private readonly TemporaryDirectory _directory = new();
    private readonly List<ScriptedManager> _managers = [];
    private readonly NodeIdentity _managerIdentity;
    private CancellationTokenSource _stop = new();
    private Agent? _agent;
    private Task _run = Task.CompletedTask;

    [SuppressMessage("Reliability", "CA2000", Justification = "The identity lives as long as the process of the test.")]
    public AgentRig(TimeSpan? age = null)
    {
        Pki = new TestPki(TimeProvider.System.GetUtcNow().AddDays(-100));
        _managerIdentity = Pki.Manager(TimeProvider.System.GetUtcNow());
        Identity = new LiveIdentity(Pki.Worker(TimeProvider.System.GetUtcNow() - (age ?? TimeSpan.Zero)));
        Runtime = new FakeRuntime(TimeProvider.System);
    }

    public TestPki Pki { get; }

    public LiveIdentity Identity { get; }

    public FakeRuntime Runtime { get; }

    /// <summary>The real time, as a host sees it whose clock may be set.</summary>
    public SetClock Clock { get; } = new();

    public NodeIdentity ManagerIdentity => _managerIdentity;

    public string DirectoryPath => _directory.Path;

    public TaskCompletionSource Removed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The renewed identities.</summary>
    public System.Collections.Concurrent.ConcurrentBag<NodeIdentity> Saved { get; } = [];

    public int MaxLogStreams { get; init; } = 64;

    /// <summary>Given to the daemon; set before the start.</summary>
    public ImmutableSortedDictionary<string, string> EngineLabels { get; set; } = StringMap.Empty;

    public async Task<ScriptedManager> AddManagerAsync(int port = 0)
    {
        var manager = await ScriptedManager.StartAsync(_managerIdentity, port);
        _managers.Add(manager);
        return manager;
    }

    public void Start(params string[] managers)
    {
        var options = new AgentOptions
        {
            DataDirectory = _directory.Path,
            Hostname = "alpha",
            Managers = [.. managers],
            MaxLogStreams = MaxLogStreams,
            EngineLabels = EngineLabels,
            Reserved = new NodeResources { MemoryBytes = 1 << 20 },
            GenericResources = [new GenericResource { Kind = "gpu", Unit = "one" }],
            DescribeInterval = TimeSpan.FromMilliseconds(100),
            SaveIdentity = Saved.Add,
            NodeRemoved = () => Removed.TrySetResult(),
        };
        _agent = new Agent(new AgentContext(options, Runtime, Identity, Clock)
        {
            Loggers = NullLoggerFactory.Instance,
        });
        _run = _agent.RunAsync(_stop.Token);
    }

    public Agent Agent => _agent!;

    /// <summary>The daemon ends; its tasks do not.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _run.WaitAsync(EndLimit);
        }
        catch (OperationCanceledException)
        {
        }
        _agent?.Dispose();
        _agent = null;
        _stop.Dispose();
        _stop = new CancellationTokenSource();
        _run = Task.CompletedTask;
    }

    internal sealed class SetClock : TimeProvider
    {
        private long _error;

        public void Set(TimeSpan by) => Interlocked.Add(ref _error, by.Ticks);

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _error));
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        foreach (var manager in _managers)
            await manager.DisposeAsync();
        _stop.Dispose();
        _managerIdentity.Dispose();
        Identity.Current.Dispose();
        Pki.Dispose();
        _directory.Dispose();
    }
}
