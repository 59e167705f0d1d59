using System.Net;
using System.Net.Sockets;
using Orchestrator.Model;

namespace Orchestrator.Runtime.Processes;

/// <summary>A program binds its own ports: here they are only chosen, and refused when another holds them.</summary>
internal static class HostPorts
{
    private const int Attempts = 64;

    /// <param name="wanted">as published; 0 = pick one</param>
    /// <param name="taken">promised to other tasks, which may not have bound them yet</param>
    /// <exception cref="RuntimeException">Rejected: a port is in use</exception>
    internal static ImmutableArray<PortConfig> Assign(
        ImmutableArray<PortConfig> wanted, IReadOnlyCollection<PortConfig> taken)
    {
        var ports = ImmutableArray.CreateBuilder<PortConfig>(wanted.Length);
        foreach (var port in wanted)
        {
            var others = taken.Concat(ports).Where(other => Share(port, other))
                .Select(other => other.Published).ToHashSet();
            var published = port.Published == 0 ? Pick(port, others) : port.Published;
            if (others.Contains(published) || !IsFree(port, (int)published))
                throw new RuntimeException(
                    RuntimeFailure.Rejected, $"port {published}/{Name(port.Protocol)} is already in use on this host");
            ports.Add(port with { Published = published });
        }

        return ports.MoveToImmutable();
    }

    /// <summary><c>PORT</c> is the first port's number; every port has a variable named by its target,
    /// and its address when it is not to listen on all of them.</summary>
    internal static IEnumerable<string> Variables(ImmutableArray<PortConfig> ports)
    {
        if (!ports.IsEmpty)
            yield return $"PORT={ports[0].Published}";
        foreach (var port in ports)
        {
            yield return $"SWARMNET_PORT_{port.Target}={port.Published}";
            if (port.HostIp.Length > 0)
                yield return $"SWARMNET_ADDRESS_{port.Target}={port.HostIp}";
        }
    }

    private static uint Pick(PortConfig port, HashSet<uint> others)
    {
        for (var i = 0; i < Attempts; i++)
        {
            using var socket = Open(port.Protocol);
            socket.Bind(new IPEndPoint(IPAddress.IPv6Any, 0));
            if (socket.LocalEndPoint is IPEndPoint { Port: > 0 } bound && !others.Contains((uint)bound.Port))
                return (uint)bound.Port;
        }

        throw new RuntimeException(RuntimeFailure.Rejected,
            $"there is no free {Name(port.Protocol)} port on this host");
    }

    private static bool Share(PortConfig one, PortConfig other) => one.Protocol == other.Protocol
        && (one.HostIp.Length == 0 || other.HostIp.Length == 0 || one.HostIp == other.HostIp);

    private static bool IsFree(PortConfig port, int number)
    {
        if (port.Protocol == PortProtocol.Sctp)
            return true;
        try
        {
            using var socket = Open(port.Protocol);
            socket.Bind(new IPEndPoint(AddressOf(port), number));
            if (port.Protocol == PortProtocol.Tcp)
                socket.Listen(1);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>For a socket of both kinds of addresses.</summary>
    private static IPAddress AddressOf(PortConfig port) =>
        port.HostIp.Length == 0 ? IPAddress.IPv6Any : IPAddress.Parse(port.HostIp).MapToIPv6();

    private static Socket Open(PortProtocol protocol) => protocol == PortProtocol.Udp
        ? new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp) { DualMode = true }
        : new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };

    private static string Name(PortProtocol protocol) => protocol switch
    {
        PortProtocol.Tcp => "tcp",
        PortProtocol.Udp => "udp",
        PortProtocol.Sctp => "sctp",
    };
}
