using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Api;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Security;
using Orchestrator.Serialization;
using Orchestrator.Store;

namespace Orchestrator.Tests.Builders;

/// <summary>The API on a loopback port, over a store that applies at once.</summary>
internal sealed class ApiHost : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly WebApplication app;

    private ApiHost(WebApplication app)
    {
        this.app = app;
        Context = new ApiContext(Node);
        ApiApplication.Map(app, Context, TimeProvider.System);
    }

    public FakeNode Node { get; } = new();

    public FakeLogs Logs { get; } = new();

    public FakeGroup Group { get; } = new();

    public StateStore Store { get; } = new();

    public ApiContext Context { get; }

    public StoreProposer Proposer { get; private set; } = null!;

    public HttpClient Client { get; private set; } = null!;

    public string Address => app.Urls.First();

    public IEnumerable<RouteEndpoint> Endpoints =>
        ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>();

    public StateSnapshot State => Store.Current;

    public static async Task<ApiHost> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0));
        builder.Services.AddRoutingCore();
        var host = new ApiHost(builder.Build());
        host.Proposer = new StoreProposer(host.Store);
        await host.app.StartAsync();
        host.Client = new HttpClient { BaseAddress = new Uri(host.Address), Timeout = Patience };
        return host;
    }

    /// <summary>This node becomes the manager of a cluster of its own.</summary>
    public async Task<ApiHost> AsManagerAsync()
    {
        Node.Status = new LocalNodeStatus
        {
            Role = LocalNodeRole.Manager,
            NodeId = FakeNode.Id,
            Address = "10.0.0.1",
            Managers = [new RemoteManager(FakeNode.Id, "10.0.0.1:2377")],
        };
        using var ca = CertificateAuthority.Create(TimeProvider.System.GetUtcNow());
        await ApplyAsync(
            Change.Create(new Cluster { Id = new ClusterId("cluster1"), Meta = Now(), CaCertificate = ca.CertificatePem }),
            Change.Create(SampleNode(FakeNode.Id.Value, "manager1") with
            {
                Spec = new NodeSpec { Role = NodeRole.Manager }, ManagerAddress = "10.0.0.1:2377",
            }));
        Context.Manager = new ManagerServices(Store, Proposer, Group, Logs, TimeProvider.System, IdSource.Secure);
        return this;
    }

    public static async Task<ApiHost> StartManagerAsync() => await (await StartAsync()).AsManagerAsync();

    public static ObjectMeta Now() => ObjectMeta.New(TimeProvider.System.GetUtcNow());

    public static Node SampleNode(string id, string hostname) => new()
    {
        Id = new NodeId(id),
        Meta = Now(),
        Description = new NodeDescription
        {
            Hostname = hostname,
            Platform = new Platform { Architecture = "x86_64", Os = "linux" },
            Resources = new NodeResources { NanoCpus = 2_000_000_000, MemoryBytes = 4L << 30 },
            EngineVersion = "28.2.2",
            Runtime = "docker",
            Plugins = ["Volume/local", "Log/json-file"],
        },
        Status = new NodeStatus { State = NodeState.Ready, Address = "10.0.0.1" },
    };

    public async Task ApplyAsync(params Change[] changes)
    {
        var applied = await Proposer.ProposeAsync(Transaction.Of(changes), CancellationToken.None);
        Assert.That(applied.Refusal, Is.Null);
    }

    /// <summary>Tasks as the orchestrator would make them, one a slot.</summary>
    public async Task<ServiceTask> AddTaskAsync(Service service, int slot, TaskState state, string? node = null)
    {
        var task = new ServiceTask
        {
            Id = new TaskId(IdSource.Secure.Next()),
            Meta = Now(),
            ServiceId = service.Id,
            Slot = slot,
            Revision = service.TemplateRevision,
            NodeId = node is null ? null : new NodeId(node),
            Status = new TaskStatus { State = state, Timestamp = TimeProvider.System.GetUtcNow() },
        };
        await ApplyAsync(Change.Create(task));
        return State.Task(task.Id)!;
    }

    public async Task<Answer> SendAsync(string method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await Client.SendAsync(request);
        return new Answer(
            (int)response.StatusCode,
            await response.Content.ReadAsStringAsync(),
            response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var type) ? type.ToString() : null);
    }

    public Task<Answer> GetAsync(string path) => SendAsync("GET", path);

    public Task<Answer> PostAsync(string path, string body) => SendAsync("POST", path, body);

    public async Task<Service> CreateServiceAsync(string name, int replicas = 1)
    {
        var answer = await PostAsync("/v1.50/services/create", $$$"""
            {"Name":"{{{name}}}","TaskTemplate":{"ContainerSpec":{"Image":"app:1"}},
             "Mode":{"Replicated":{"Replicas":{{{replicas}}} } } }
            """);
        Assert.That(answer.Status, Is.EqualTo(201), answer.Body);
        return State.ServiceNamed(name)!;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.DisposeAsync();
    }
}

internal sealed record Answer(int Status, string Body, string? ContentType)
{
    public JsonNode Json => JsonNode.Parse(Body)!;

    public string Message => (string)Json["message"]!;
}

/// <summary>A log of one member that forgets everything but the state.</summary>
internal sealed class StoreProposer(StateStore store) : IProposer
{
    private readonly Lock gate = new();
    private ulong index = store.Current.Index;

    /// <summary>Runs once, before the next command is applied: what another writer did in between.</summary>
    public Func<Transaction?>? Meanwhile { get; set; }

    public ProposalException? Failure { get; set; }

    /// <summary>What every command is answered with, without effect; null: what the store says.</summary>
    public Refusal? Refusal { get; set; }

    public ValueTask<Applied> ProposeAsync(ReadOnlyMemory<byte> command, CancellationToken ct)
    {
        if (Failure is not null)
            throw Failure;
        if (Refusal is not null)
            return ValueTask.FromResult(new Applied(index, Refusal));
        lock (gate)
        {
            var other = Meanwhile;
            Meanwhile = null;
            if (other?.Invoke() is { } transaction)
                store.Apply(++index, MessagePackSerializer.Serialize(transaction));
            return ValueTask.FromResult(store.Apply(++index, command));
        }
    }

    /// <summary>What a barrier waits for; null: nothing.</summary>
    public Func<CancellationToken, Task>? Barrier { get; set; }

    public ValueTask ReadBarrierAsync(CancellationToken ct) => new(Barrier?.Invoke(ct) ?? Task.CompletedTask);
}
