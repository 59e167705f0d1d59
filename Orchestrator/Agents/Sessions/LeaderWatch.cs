using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Security;
using Orchestrator.Serialization;

namespace Orchestrator.Agents.Sessions;

/// <summary>
/// Hears from another manager when this node's session is not with the leader any more. A leader that is lost without
/// a word would be missed only when its pings stay away; the others have a new one long before. A leader that is slow
/// and still leads keeps the session: only a later term counts.
/// </summary>
internal sealed partial class LeaderWatch(AgentContext agent, ManagerRoster roster, ClusterConnector connector)
{
    private const int MaxAnswerBytes = 4 * 1024;

    /// <summary>Between managers that cannot be asked. Nothing is lost meanwhile but time.</summary>
    private static readonly Backoff Pause = new(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(5));

    private readonly ILogger _log = agent.Loggers.CreateLogger<LeaderWatch>();

    /// <summary>Completes when another manager leads than the one that the session is with.</summary>
    /// <param name="manager">of the session, <c>ip:port</c></param>
    /// <param name="term">in which it leads</param>
    /// <returns><c>ip:port</c> of the manager that leads now</returns>
    public async Task<string> NextAsync(string manager, ulong term, CancellationToken ct)
    {
        // Not all nodes at the same one.
        var first = (int)(agent.Chance.Next() * ushort.MaxValue);
        for (var tries = 1; ; tries++)
        {
            var others = roster.Known.Remove(manager);
            if (others.Length > 0)
            {
                var notice = await TryAskAsync(others[(first + tries) % others.Length], term, ct);
                if (notice?.Term > term && LeaderHint.AddressIn(notice.Address) is { Length: > 0 } leader
                    && leader != manager)
                    return leader;
            }
            await Task.Delay(Pause.Delay(tries, agent.Chance.Next()), agent.Clock, ct);
        }
    }

    private async Task<LeaderNotice?> TryAskAsync(string other, ulong term, CancellationToken ct)
    {
        try
        {
            return await AskAsync(other, term, ct);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException)
        {
            LogNotHeard(other, PeerException.In(e)?.Message ?? e.Message);
            return null;
        }
    }

    private async Task<LeaderNotice> AskAsync(string other, ulong term, CancellationToken ct)
    {
        using var client = connector.CreateStreamingClient(other, roster.Settings.HeartbeatPeriod / 2);
        client.MaxResponseContentBufferSize = MaxAnswerBytes;
        var path = string.Create(
            CultureInfo.InvariantCulture, $"{ClusterPaths.Leader}?{ClusterPaths.AfterTerm}={term}");
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using var response = await client.SendAsync(request, ct);
        return response.IsSuccessStatusCode
            ? MessagePackSerializer.Deserialize<LeaderNotice>(await response.Content.ReadAsByteArrayAsync(ct))
            : throw new IOException(await RefusalText.ReadAsync(response, ct));
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "the manager at {Manager} cannot say who leads: {Error}")]
    private partial void LogNotHeard(string manager, string error);
}
