using System.Net;
using System.Net.Sockets;
using Orchestrator.Api;

namespace Orchestrator.Hosting.Recovery;

/// <summary>Where a manager that carries on by force listens and is reached from now on.</summary>
internal static class ForcedAddress
{
    /// <returns>null: where it was</returns>
    /// <exception cref="ApiException">an address cannot be used</exception>
    public static AddressChoice? Of(InitCommand command, NodeState state, HostServices services)
    {
        var saysListen = AddressChoice.IsSaid(command.ListenAddress);
        if (!saysListen && command.AdvertiseAddress.Length == 0)
            return null;
        if (services.Options.Advertise.Length > 0)
            throw ApiException.Bad("--listen-addr, --advertise-addr: the daemon's settings say where this host is "
                + $"reached ({services.Options.Advertise}), and count at each start: change them there, and leave the "
                + "flags out");
        var listen = saysListen ? command.ListenAddress : state.ListenAddress;
        var chosen = NodeSetup.Choose(listen, Advertised(command, state, listen), services);
        var listenOn = saysListen ? Try(chosen.Listen, state) : chosen.Listen;
        return new AddressChoice(listenOn, IPEndPoint.Parse(chosen.AdvertisedFrom(listenOn)));
    }

    /// <summary>Who listens on all addresses is still reached where it was, under another port perhaps.</summary>
    private static string Advertised(InitCommand command, NodeState state, string listen) =>
        command.AdvertiseAddress.Length > 0 ? command.AdvertiseAddress
        : IPEndPoint.TryParse(listen, out var point) && !point.Address.Equals(IPAddress.Any)
            && !point.Address.Equals(IPAddress.IPv6Any) ? ""
        : IPEndPoint.Parse(state.AdvertiseAddress).Address.ToString();

    /// <summary>Before anything is stopped. Its own port is this manager's until then.</summary>
    /// <returns>with the real port</returns>
    private static IPEndPoint Try(IPEndPoint listen, NodeState state)
    {
        if (IPEndPoint.TryParse(state.ListenAddress, out var own) && own.Port == listen.Port)
            return listen;
        try
        {
            using var listener = new TcpListener(listen);
            listener.Start();
            return (IPEndPoint)listener.LocalEndpoint;
        }
        catch (SocketException e)
        {
            throw ApiException.Bad($"--listen-addr {listen}: {e.Message}. Nothing was changed");
        }
    }
}
