using Orchestrator.Model;
using Orchestrator.Runtime;
using Orchestrator.Runtime.Docker;
using Orchestrator.Tests.Runtime.Docker;

namespace Orchestrator.Tests.Integration;

/// <summary>
/// A fixture with one real engine, and for each test a runtime on it that starts and ends without containers.
/// </summary>
[Category("Lab")]
[NonParallelizable]
public abstract class DockerLab
{
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private int _tasks;

    protected Lab Lab { get; private set; } = null!;

    protected DockerRuntime Engine { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task Up() => Lab = await Lab.UpAsync(1);

    [OneTimeTearDown]
    public async Task Down()
    {
        if (Lab is not null)
            await Lab.DisposeAsync();
    }

    [SetUp]
    public void Connect() => Engine = RuntimeTasks.Runtime(Client());

    [TearDown]
    public async Task Disconnect()
    {
        foreach (var container in await Engine.ListAsync(default))
            await Engine.RemoveAsync(container.ContainerId, default);
        await Engine.DisposeAsync();
    }

    protected DockerClient Client() => new(DockerEndpoint.Parse("unix://" + Lab.Socket(1)), TimeProvider.System);

    protected RuntimeTask Next(string script) => Next(RuntimeTasks.Shell(script));

    protected RuntimeTask Next(ContainerSpec spec) => RuntimeTasks.Task($"task{++_tasks}", spec);

    protected async Task<string> StartAsync(RuntimeTask task)
    {
        var id = await Engine.PrepareAsync(task, default);
        await Engine.StartAsync(id, default);
        return id;
    }

    /// <summary>Looks again at each event until it is as expected.</summary>
    protected async Task<ContainerObservation> WaitForAsync(string id, Func<ContainerObservation, bool> expected)
    {
        using var limit = new CancellationTokenSource(Patience);
        await foreach (var _ in Engine.WatchAsync(limit.Token))
        {
            if (await Engine.InspectAsync(id, limit.Token) is { } seen && expected(seen))
                return seen;
        }
        throw new AssertionException("the watch ended by itself");
    }

    protected static async Task<RuntimeEvent> NextAsync(IAsyncEnumerator<RuntimeEvent> changes)
    {
        Assert.That(await changes.MoveNextAsync().AsTask().WaitAsync(Patience), "the watch ended by itself");
        return changes.Current;
    }

    /// <summary>Waits until this container (or, for null, all of them) is named.</summary>
    protected static async Task WaitForEventAsync(IAsyncEnumerator<RuntimeEvent> changes, string? id)
    {
        while ((await NextAsync(changes)).ContainerId != id)
        {
        }
    }
}
