using Orchestrator.Model;
using Orchestrator.Serialization;
using Orchestrator.Store;

namespace Orchestrator.Tests.Benchmarks;

/// <summary>Clients that each put a service of their own again and again, by transactions of 256 bytes.</summary>
/// <remarks>A service without tasks: nobody has anything to do because of it.</remarks>
internal sealed class RaftGroupWriters
{
    public const int CommandBytes = 256;

    private readonly RaftGroupHost _host;
    private readonly Service[] _services;

    private RaftGroupWriters(RaftGroupHost host, int clients)
    {
        _host = host;
        _services = [.. Enumerable.Range(0, clients).Select(client => Of($"writer{client:D3}"))];
    }

    public static async Task<RaftGroupWriters> CreateAsync(RaftGroupHost host, int clients)
    {
        var writers = new RaftGroupWriters(host, clients);
        foreach (var service in writers._services)
            await host.ProposeAsync(Change.Create(service));
        for (var client = 0; client < clients; client++)
            writers._services[client] = host.Store.Current.Services[writers._services[client].Key];
        return writers;
    }

    /// <summary>Completes when the next version is durable at a majority and applied here.</summary>
    public async Task WriteAsync(int client)
    {
        var command = Encode(_services[client]);
        var applied = await _host.Node.ProposeAsync(command, CancellationToken.None);
        if (applied.Refusal is { } refusal)
            throw new AssertionException($"refused: {refusal}");
        var meta = _services[client].Meta with { Version = applied.Index };
        _services[client] = _services[client] with { Meta = meta };
    }

    private static byte[] Encode(Service service)
    {
        var bare = MessagePackSerializer.Serialize(Transaction.Of(Change.Update(service)));
        var filled = service with { RegistryAuth = new string('x', CommandBytes - bare.Length - 1) };
        return MessagePackSerializer.Serialize(Transaction.Of(Change.Update(filled)));
    }

    private static Service Of(string name) => new()
    {
        Id = new ServiceId(name),
        Spec = new ServiceSpec
        {
            Name = name,
            Template = new TaskTemplate { Container = new ContainerSpec { Image = "busybox" } },
            Mode = new ServiceMode { Replicas = 0 },
        },
    };
}
