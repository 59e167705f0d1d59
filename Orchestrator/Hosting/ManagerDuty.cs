using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Orchestrator.Consensus.Log;
using Orchestrator.Managers;
using Orchestrator.Security;

namespace Orchestrator.Hosting;

/// <summary>Makes a node a member of the managers' group, and takes it back. The caller has the node's turn.</summary>
internal sealed partial class ManagerDuty(HostServices services, ILogger logger)
{
    /// <summary>Whoever holds the node's turn keeps other commands waiting.</summary>
    private static readonly TimeSpan AskLimit = TimeSpan.FromSeconds(5);

    private readonly string _log = new DataPaths(services.Options.DataDirectory).Log;

    /// <summary>
    /// Opens the log of a new member, or the one that is there, and listens. It asks to be taken in by itself, for as
    /// long as it is not: <see cref="ManagerRole.JoinAsync"/> waits for it.
    /// </summary>
    /// <param name="setup"><see cref="ManagerSetup.IfNew"/> is found out here</param>
    /// <exception cref="GroupException">no manager that leads answers</exception>
    /// <exception cref="IOException">the address cannot be listened on</exception>
    /// <exception cref="LogException">the log cannot be used</exception>
    public async Task<ManagerSide> BeginAsync(ManagerSetup setup, LiveIdentity identity, CancellationToken ct)
    {
        var client = new GroupClient(ClusterConnector.ForNode(identity, services.Time), services.Time)
        {
            Limit = AskLimit,
        };
        var member = await GroupStart.PrepareAsync(_log, client, setup.Managers(), services.Ids, ct);
        var side = await ManagerSide.OpenAsync(setup with { IfNew = member }, identity, services);
        LogBegun(logger, setup.Addresses.AdvertisedFrom(side.EndPoint));
        return side;
    }

    /// <summary>Removes what an earlier time as a manager has left: its member never comes back.</summary>
    public void Forget()
    {
        if (Directory.Exists(_log))
            Directory.Delete(_log, recursive: true);
    }

    public async Task EndAsync(ManagerSide side)
    {
        await side.DisposeAsync();
        Forget();
        LogEnded(logger);
    }

    /// <summary>Where this host listens as a manager, when nobody has said so.</summary>
    /// <param name="state">what was said when it joined</param>
    /// <exception cref="GroupException">it cannot be found out</exception>
    public async Task<AddressChoice> FindAddressesAsync(
        NodeState state, IEnumerable<string> managers, CancellationToken ct)
    {
        var host = AddressChoice.OfThisHost();
        var said = state.AdvertiseAddress.Length > 0 ? state.AdvertiseAddress : services.Options.Advertise;
        try
        {
            if (said.Length > 0)
                return AddressChoice.From(state.ListenAddress, said, services.Options.Listen, host);
            var found = new List<IPEndPoint>();
            foreach (var manager in managers)
                found.AddRange(await ResolveAsync(manager, ct));
            // A loopback address may be this host's own agent's way to its manager: it says least.
            foreach (var manager in found.OrderBy(known => IPAddress.IsLoopback(known.Address)))
                if (TryTowards(manager, state.ListenAddress, host) is { } choice)
                    return choice;
        }
        catch (FormatException e)
        {
            throw new GroupException(GroupFailure.Refused, e.Message);
        }
        throw new GroupException(GroupFailure.Refused, "it is not known under which address the other managers reach "
            + "this host: say it with --advertise-addr when it joins, or in the daemon's settings");
    }

    private AddressChoice? TryTowards(IPEndPoint manager, string listen, IReadOnlyList<HostAddress> host)
    {
        try
        {
            return AddressChoice.Towards(manager, listen, services.Options.Listen, host);
        }
        catch (SocketException)
        {
            return null; // no way there; perhaps to the next one
        }
    }

    /// <param name="manager">as the user wrote it: an address or a name, and a port</param>
    private static async Task<IEnumerable<IPEndPoint>> ResolveAsync(string manager, CancellationToken ct)
    {
        if (IPEndPoint.TryParse(manager, out var known))
            return [known];
        if (!Uri.TryCreate($"https://{manager}", UriKind.Absolute, out var uri))
            return [];
        try
        {
            var addresses = await Dns.GetHostAddressesAsync(uri.DnsSafeHost, ct);
            return addresses.Select(address => new IPEndPoint(address, uri.Port));
        }
        catch (SocketException)
        {
            return [];
        }
    }

    [LoggerMessage(LogLevel.Information, "this host takes part in the managers' group, at {Address}")]
    private static partial void LogBegun(ILogger logger, string address);

    [LoggerMessage(LogLevel.Information, "this host does not take part in the managers' group any more")]
    private static partial void LogEnded(ILogger logger);
}
