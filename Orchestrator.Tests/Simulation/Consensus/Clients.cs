namespace Orchestrator.Tests.Simulation.Consensus;

/// <summary>All clients, and which of them waits for what.</summary>
internal sealed class Clients
{
    private const int Count = 6;

    private readonly ImmutableArray<Client> _clients;
    private readonly Dictionary<ulong, Client> _byTicket = [];
    private ulong _tickets;

    public Clients(World world) => _clients = [.. Enumerable.Range(1, Count).Select(id => new Client(world, this, id))];

    /// <summary>Nobody waits for an answer any more, and nobody will ask again.</summary>
    public bool AreDone => _clients.All(client => client.IsDone);

    public void Begin()
    {
        foreach (var client in _clients)
            client.Begin();
    }

    /// <summary>Never the same twice.</summary>
    public ulong NextTicket(Client client)
    {
        _byTicket.Add(++_tickets, client);
        return _tickets;
    }

    public void Forget(ulong ticket) => _byTicket.Remove(ticket);

    public void Applied(MemberProcess process, Outcome outcome)
    {
        if (outcome.Command is { } command)
            _clients[command.Client - 1].Applied(process, command);
    }

    public void MayRead(MemberProcess process, ulong ticket)
    {
        if (_byTicket.TryGetValue(ticket, out var client))
            client.MayRead(process, ticket);
    }

    public void Refused(MemberProcess process, ulong ticket)
    {
        if (_byTicket.TryGetValue(ticket, out var client))
            client.Refused(process, ticket);
    }
}
