using Orchestrator.Serialization;

namespace Orchestrator.Model;

/// <summary>
/// The HTTP paths of the cluster's TLS port. Bodies are MessagePack; a refusal is a status code with a plain text
/// message: 400 malformed, 403 wrong token or not allowed, 409, 429, 503. All is the leader's to answer but the CA
/// and the question who leads.
/// </summary>
public static class ClusterPaths
{
    public const string BodyType = "application/x-msgpack";

    /// <summary>Header of a 503: <c>ip:port</c> of the manager that leads, when it is known.</summary>
    public const string LeaderHeader = "swarmnet-leader";

    /// <summary>GET, no certificate: PEM of the cluster's root certificate.</summary>
    public const string Ca = "/swarmnet/v1/ca";

    /// <summary>POST, no certificate: <see cref="JoinRequest"/> → <see cref="JoinResponse"/>.</summary>
    public const string Join = "/swarmnet/v1/join";

    /// <summary>POST: <see cref="RenewRequest"/> → <see cref="JoinResponse"/>.</summary>
    public const string Renew = "/swarmnet/v1/renew";

    /// <summary>POST, empty bodies: the node leaves on purpose.</summary>
    public const string Leave = "/swarmnet/v1/leave";

    /// <summary>POST, empty bodies: the host could not become what it joined as; its node is forgotten.</summary>
    public const string Withdraw = "/swarmnet/v1/withdraw";

    /// <summary>POST, frames both ways: <see cref="AgentMessage"/> in, <see cref="ManagerMessage"/> out.</summary>
    public const string Session = "/swarmnet/v1/session";

    /// <summary>POST to <c>Logs/{requestId}</c>: frames of <see cref="LogMessage"/>.</summary>
    public const string Logs = "/swarmnet/v1/logs";

    /// <summary>POST, managers only: <see cref="TaskLogsRequest"/> → frames of <see cref="LogMessage"/>.</summary>
    public const string ManagerLogs = "/swarmnet/v1/manager/logs";

    /// <summary>
    /// GET with <see cref="AfterTerm"/>, on any manager: answered with a <see cref="LeaderNotice"/> as soon as that
    /// manager knows a leader of a later term, which may be never.
    /// </summary>
    public const string Leader = "/swarmnet/v1/leader";

    /// <summary>Query parameter of <see cref="Leader"/>: a term.</summary>
    public const string AfterTerm = "after";
}

/// <summary>Who leads, as one manager knows.</summary>
[MessagePackObject]
public sealed record LeaderNotice
{
    [Key(0)] public ulong Term { get; init; }

    /// <summary><c>ip:port</c></summary>
    [Key(1)] public string Address { get; init; } = "";
}

/// <summary>A host asks to become a node. The token decides its role.</summary>
[MessagePackObject]
public sealed record JoinRequest
{
    /// <summary>A secret: never logged. Sent only to a manager whose CA matches the token's digest.</summary>
    [Key(0)] public string Token { get; init; } = "";

    /// <summary>PEM (PKCS 10). Only its public key is used.</summary>
    [Key(1)] public string CertificateRequest { get; init; } = "";

    [Key(2)] public string Hostname { get; init; } = "";

    [Key(3)] public Availability Availability { get; init; }
}

/// <summary>The answer to a join and to a renewal.</summary>
[MessagePackObject]
public sealed record JoinResponse
{
    [Key(0)] public required NodeId NodeId { get; init; }

    [Key(1)] public required ClusterId ClusterId { get; init; }

    /// <summary>PEM of the node's certificate.</summary>
    [Key(2)] public string Certificate { get; init; } = "";
}

/// <summary>A node asks for its next certificate; the one it connects with says who it is.</summary>
[MessagePackObject]
public sealed record RenewRequest
{
    /// <summary>PEM (PKCS 10). Only its public key is used.</summary>
    [Key(0)] public string CertificateRequest { get; init; } = "";
}

/// <summary>Longest frames of the agent protocol, in bytes. What breaks a limit ends the stream.</summary>
public static class FrameLimits
{
    /// <summary>An <see cref="AgentMessage"/>: a report with more updates is sent as several.</summary>
    public const int FromAgent = 4 * 1024 * 1024;

    /// <summary>A <see cref="ManagerMessage"/>: a complete set holds every task of the node.</summary>
    public const int FromManager = 64 * 1024 * 1024;

    /// <summary>A <see cref="LogMessage"/>: a line of 64 KiB of text and what comes with it.</summary>
    public const int Log = 72 * 1024;
}
