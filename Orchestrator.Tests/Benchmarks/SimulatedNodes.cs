using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Security;
using Orchestrator.Store;

namespace Orchestrator.Tests.Benchmarks;

/// <summary>Nodes with a certificate and a session each at the manager that leads in this process.</summary>
internal sealed class SimulatedNodes : IAsyncDisposable
{
    private const int AtOnce = 8;

    private readonly List<SimulatedAgent> _agents = [];

    /// <summary>Completes when the first session has ended.</summary>
    public Task Ended => Task.WhenAny(_agents.Select(agent => agent.Ended));

    /// <summary>Completes when all are ready.</summary>
    public static async Task<SimulatedNodes> StartAsync(RaftGroupHost group, int count, CancellationToken ct)
    {
        var nodes = new SimulatedNodes();
        try
        {
            foreach (var part in Enumerable.Range(0, count).Chunk(AtOnce))
                nodes._agents.AddRange(await Task.WhenAll(part.Select(number => AddAsync(group, number, ct))));
            return nodes;
        }
        catch
        {
            await nodes.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_agents.Select(agent => agent.DisposeAsync().AsTask()));
    }

    private static async Task<SimulatedAgent> AddAsync(RaftGroupHost group, int number, CancellationToken ct)
    {
        var now = TimeProvider.System.GetUtcNow();
        var description = new NodeDescription
        {
            Hostname = $"simulated{number}", Runtime = "docker", EngineVersion = "20.10.24",
            Platform = new Platform { Os = "linux", Architecture = "x86_64" },
            Resources = new NodeResources { NanoCpus = 64_000_000_000, MemoryBytes = 256L << 30 },
        };
        var id = new NodeId(IdSource.Secure.Next());
        await group.ProposeAsync(Change.Create(new Node
        {
            Id = id, Meta = ObjectMeta.New(now), Description = description, Status = new NodeStatus { Since = now },
        }));
        var connector = ClusterConnector.ForNode(new LiveIdentity(group.Issue(id, NodeRole.Worker)), TimeProvider.System);
        var client = connector.CreateStreamingClient(group.Address, Defaults.HeartbeatPeriod);
        client.DefaultRequestVersion = new Version(2, 0);
        client.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        return await SimulatedAgent.ConnectAsync(client, description, ct);
    }
}
