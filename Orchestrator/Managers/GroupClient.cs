using System.Net;
using System.Net.Http.Headers;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Security;
using Orchestrator.Serialization;

namespace Orchestrator.Managers;

/// <summary>Asks the managers about their group: each in turn, and whom they name as the leader next.</summary>
internal sealed class GroupClient(ClusterConnector connector, TimeProvider time)
{
    private const int MaxAnswerBytes = 16 * 1024;

    /// <summary>Managers asked in one round: their hints must not lead on for ever.</summary>
    private const int MostAsked = 32;

    /// <summary>For one manager's answer; the leader may need four seconds to see that it cannot dial back.</summary>
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(6);

    private static readonly Backoff Pause = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(2));

    public Chance Chance { private get; init; } = new();

    /// <summary>For a question altogether: an election fits in it several times.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(20);

    /// <param name="managers">where managers were last heard of, <c>ip:port</c></param>
    /// <exception cref="GroupException">no leader answers, or it refuses</exception>
    public Task<RaftGroup> AskAsync(IEnumerable<string> managers, CancellationToken ct) =>
        AskAllAsync(() => new HttpRequestMessage(HttpMethod.Get, new Uri(GroupPaths.Group, UriKind.Relative)),
            [.. managers], ct);

    /// <summary>Completes when the leader has taken the member in under its address, or had before.</summary>
    /// <param name="managers">where managers were last heard of, <c>ip:port</c></param>
    /// <exception cref="GroupException">no leader answers, or it refuses</exception>
    public Task<RaftGroup> JoinAsync(IEnumerable<string> managers, RaftJoinRequest request, CancellationToken ct)
    {
        var body = MessagePackSerializer.Serialize(request);
        return AskAllAsync(() => new HttpRequestMessage(HttpMethod.Post, new Uri(GroupPaths.Join, UriKind.Relative))
        {
            Content = new ByteArrayContent(body)
            {
                Headers = { ContentType = new MediaTypeHeaderValue(ClusterPaths.BodyType) },
            },
        }, [.. managers], ct);
    }

    private async Task<RaftGroup> AskAllAsync(
        Func<HttpRequestMessage> request, string[] managers, CancellationToken ct)
    {
        if (managers.Length == 0)
            throw new GroupException(GroupFailure.NoLeader, "no other manager of this cluster is known here");
        using var timer = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, timer.Token);
        var problem = "none has answered";
        try
        {
            for (var round = 1; ; round++)
            {
                var answer = await RoundAsync(request, managers, either.Token);
                if (answer.Group is { } group)
                    return group;
                problem = answer.Problem;
                await Task.Delay(Pause.Delay(round, Chance.Next()), time, either.Token);
            }
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new GroupException(GroupFailure.NoLeader, "no manager that leads has answered within "
                + $"{Limit.TotalSeconds:0.#} s; the last problem: {problem}");
        }
    }

    private async Task<Answer> RoundAsync(Func<HttpRequestMessage> request, string[] managers, CancellationToken ct)
    {
        var waiting = new Stack<string>(managers.Reverse());
        var asked = new HashSet<string>(StringComparer.Ordinal);
        var last = new Answer(null, "none has answered", "");
        while (asked.Count < MostAsked && waiting.TryPop(out var manager))
        {
            if (!asked.Add(manager))
                continue;
            last = await AskOneAsync(request(), manager, ct);
            if (last.Group is not null)
                break;
            if (IPEndPoint.TryParse(last.Leader, out var leader) && leader.Port > 0)
                waiting.Push(leader.ToString());
        }
        return last;
    }

    private async Task<Answer> AskOneAsync(HttpRequestMessage request, string manager, CancellationToken ct)
    {
        using var timer = new CancellationTokenSource(CallLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, timer.Token);
        try
        {
            using var client = new HttpClient(connector.CreateHandler())
            {
                BaseAddress = new Uri($"https://{manager}"),
                Timeout = Timeout.InfiniteTimeSpan,
                MaxResponseContentBufferSize = MaxAnswerBytes,
            };
            (request.Version, request.VersionPolicy) =
                (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);
            using var response = await client.SendAsync(request, either.Token);
            return await ReadAsync(response, manager, either.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return new Answer(null, $"the manager at {manager} has not answered in {CallLimit.TotalSeconds:0} s", "");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or FormatException or InvalidDataException)
        {
            return new Answer(null, PeerException.In(e)?.Message ?? $"the manager at {manager}: {e.Message}", "");
        }
        finally
        {
            request.Dispose();
        }
    }

    private static async Task<Answer> ReadAsync(HttpResponseMessage response, string manager, CancellationToken ct)
    {
        if (response.IsSuccessStatusCode)
            return new Answer(
                MessagePackSerializer.Deserialize<RaftGroup>(await response.Content.ReadAsByteArrayAsync(ct)), "", "");
        var said = (await response.Content.ReadAsStringAsync(ct)).Trim();
        var problem = $"the manager at {manager} refuses: "
            + (said.Length > 0 ? said : $"status {(int)response.StatusCode}");
        return response.StatusCode switch
        {
            HttpStatusCode.ServiceUnavailable => new Answer(null, problem,
                response.Headers.TryGetValues(ClusterPaths.LeaderHeader, out var leader) ? leader.First() : ""),
            HttpStatusCode.Gone => throw new GroupException(GroupFailure.Removed, problem),
            _ => throw new GroupException(GroupFailure.Refused, problem),
        };
    }

    /// <param name="Group">null: another manager may do better</param>
    /// <param name="Leader">whom it names as the leader; empty when nobody</param>
    private readonly record struct Answer(RaftGroup? Group, string Problem, string Leader);
}
