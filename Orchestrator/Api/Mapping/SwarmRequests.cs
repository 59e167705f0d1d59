using Orchestrator.Api.Contracts;
using Orchestrator.Model;

namespace Orchestrator.Api.Mapping;

/// <summary>Requests to become part of a cluster.</summary>
internal static class SwarmRequests
{
    private const uint DefaultSubnetSize = 24;
    private const uint DefaultDataPathPort = 4789;

    public static InitCommand Read(SwarmInitDto dto)
    {
        if (dto.AutoLockManagers)
            throw ApiException.NotImplemented("AutoLockManagers: locking managers is not available yet");
        if (dto.DefaultAddrPool is { Count: > 0 } || dto.SubnetSize is not (0 or DefaultSubnetSize)
            || dto.DataPathPort is not (0 or DefaultDataPathPort))
            throw ApiException.NotImplemented("DefaultAddrPool, SubnetSize and DataPathPort: overlay networks are not "
                + "available yet: leave them out");
        return new InitCommand
        {
            ListenAddress = dto.ListenAddr ?? "",
            AdvertiseAddress = dto.AdvertiseAddr ?? "",
            DataPathAddress = dto.DataPathAddr ?? "",
            ForceNewCluster = dto.ForceNewCluster,
            Availability = Availability(dto.Availability),
            Spec = ClusterMapper.Read(dto.Spec ?? new SwarmSpecDto(), new ClusterSpec()),
        };
    }

    public static JoinCommand Read(SwarmJoinDto dto)
    {
        var remotes = Wire.Texts(dto.RemoteAddrs);
        if (remotes.IsEmpty || remotes.Any(string.IsNullOrWhiteSpace))
            throw ApiException.Bad("RemoteAddrs: need the address of at least one manager, IP:PORT");
        if (string.IsNullOrWhiteSpace(dto.JoinToken))
            throw new ApiException(500, "invalid join token");
        return new JoinCommand
        {
            ListenAddress = dto.ListenAddr ?? "",
            AdvertiseAddress = dto.AdvertiseAddr ?? "",
            DataPathAddress = dto.DataPathAddr ?? "",
            RemoteAddresses = remotes,
            JoinToken = dto.JoinToken.Trim(),
            Availability = Availability(dto.Availability),
        };
    }

    private static Availability Availability(string? word) =>
        string.IsNullOrEmpty(word) ? Model.Availability.Active : Words.AvailabilityOf(word);
}
