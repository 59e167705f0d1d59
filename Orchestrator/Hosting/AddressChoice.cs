using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Orchestrator.Model;

namespace Orchestrator.Hosting;

/// <summary>Under which address this host listens and is known in its cluster.</summary>
/// <param name="Listen">port 0 = any free one</param>
/// <param name="Advertise">port 0 = the one it listens on</param>
internal sealed record AddressChoice(IPEndPoint Listen, IPEndPoint Advertise)
{
    /// <param name="listen">as the user wrote it; empty = <paramref name="defaultListen"/></param>
    /// <param name="advertise">as the user wrote it: an address, address:port or interface; empty = the host's only
    /// address</param>
    /// <exception cref="FormatException">an address is malformed, or the choice is the user's</exception>
    public static AddressChoice From(
        string listen, string advertise, IPEndPoint defaultListen, IReadOnlyList<HostAddress> host)
    {
        var listenOn = Listens(listen, defaultListen, host);
        if (advertise.Length > 0)
            return new AddressChoice(listenOn, Resolve(advertise, listenOn.Port, host, "--advertise-addr"));
        if (!listenOn.Address.Equals(IPAddress.Any) && !listenOn.Address.Equals(IPAddress.IPv6Any))
            return new AddressChoice(listenOn, listenOn);
        return new AddressChoice(listenOn, new IPEndPoint(OnlyOne(host), listenOn.Port));
    }

    /// <exception cref="FormatException"><paramref name="listen"/> is malformed</exception>
    public static void Check(string listen, IPEndPoint defaultListen, IReadOnlyList<HostAddress> host) =>
        Listens(listen, defaultListen, host);

    /// <summary>For a host that talks to the cluster already: the address that it does so with.</summary>
    /// <param name="manager">another host of the cluster</param>
    /// <exception cref="FormatException"><paramref name="listen"/> is malformed</exception>
    /// <exception cref="SocketException">there is no way from here to that manager</exception>
    public static AddressChoice Towards(
        IPEndPoint manager, string listen, IPEndPoint defaultListen, IReadOnlyList<HostAddress> host)
    {
        var listenOn = Listens(listen, defaultListen, host);
        if (!listenOn.Address.Equals(IPAddress.Any) && !listenOn.Address.Equals(IPAddress.IPv6Any))
            return new AddressChoice(listenOn, listenOn);
        // Connecting a datagram socket sends nothing: it asks the routes which address would be used.
        using var socket = new Socket(manager.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(manager);
        return new AddressChoice(
            listenOn, new IPEndPoint(((IPEndPoint)socket.LocalEndPoint!).Address, listenOn.Port));
    }

    /// <summary>The docker client sends this when nobody said anything: the daemon's own setting is better.</summary>
    public static bool IsSaid(string listen) => listen.Length > 0 && listen != $"0.0.0.0:{Defaults.ClusterPort}";

    /// <summary><c>ip:port</c> where others reach this host.</summary>
    /// <param name="listening">with the real port</param>
    public string AdvertisedFrom(IPEndPoint listening) =>
        new IPEndPoint(Advertise.Address, Advertise.Port == 0 ? listening.Port : Advertise.Port).ToString();

    /// <summary>
    /// The host's addresses, IPv4 before IPv6, without loopback, link-local ones and those of container bridges.
    /// </summary>
    public static IReadOnlyList<HostAddress> OfThisHost() =>
    [
        .. NetworkInterface.GetAllNetworkInterfaces()
            .Where(card => card.OperationalStatus == OperationalStatus.Up)
            .SelectMany(card => card.GetIPProperties().UnicastAddresses
                .Select(unicast => new HostAddress(card.Name, unicast.Address)))
            .Where(address => !IPAddress.IsLoopback(address.Address) && !address.Address.IsIPv6LinkLocal)
            .OrderBy(address => address.Address.AddressFamily == AddressFamily.InterNetwork ? 0 : 1),
    ];

    private static IPEndPoint Listens(string listen, IPEndPoint defaultListen, IReadOnlyList<HostAddress> host)
    {
        return IsSaid(listen) ? Resolve(listen, Defaults.ClusterPort, host, "--listen-addr") : defaultListen;
    }

    private static IPEndPoint Resolve(string text, int defaultPort, IReadOnlyList<HostAddress> host, string flag)
    {
        var card = host.FirstOrDefault(address => address.Interface == text);
        if (card is not null)
            return new IPEndPoint(card.Address, defaultPort);
        if (!IPEndPoint.TryParse(text, out var endPoint))
            throw new FormatException(
                $"{flag} '{text}': expected IP, IP:PORT, or the name of a network interface that is up");
        var hasPort = text.EndsWith($":{endPoint.Port}", StringComparison.Ordinal)
            && (endPoint.AddressFamily == AddressFamily.InterNetwork || text.StartsWith('['));
        return hasPort ? endPoint : new IPEndPoint(endPoint.Address, defaultPort);
    }

    private static IPAddress OnlyOne(IReadOnlyList<HostAddress> host)
    {
        var candidates = host
            .Where(address =>
                address.Address.AddressFamily == AddressFamily.InterNetwork && !IsContainerBridge(address.Interface))
            .ToArray();
        return candidates switch
        {
            [var only] => only.Address,
            [] => throw new FormatException(
                "this host has no address other hosts could reach: give one with --advertise-addr"),
            _ => throw new FormatException("this host has several addresses: choose one with --advertise-addr ("
                + string.Join(", ", candidates.Select(address => $"{address.Address} on {address.Interface}")) + ")"),
        };
    }

    private static bool IsContainerBridge(string name) =>
        name.StartsWith("docker", StringComparison.Ordinal) || name.StartsWith("br-", StringComparison.Ordinal)
        || name.StartsWith("veth", StringComparison.Ordinal);
}

/// <summary>One address of one network interface.</summary>
internal sealed record HostAddress(string Interface, IPAddress Address);
