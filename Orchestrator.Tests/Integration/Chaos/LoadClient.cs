using System.Text.Json.Nodes;

namespace Orchestrator.Tests.Integration.Chaos;

/// <summary>
/// One client: it writes through whichever manager chance names, and notes what it then knows. What it asks for does
/// not depend on the answers' speed, only on <paramref name="chance"/> and on what it knows.
/// </summary>
/// <param name="name">none of the others' of the story</param>
internal sealed class LoadClient(string name, IReadOnlyList<ApiSocket> managers, History history, Random chance)
{
    private const int MostServices = 15;

    private readonly Queue<string> _services = [];
    private int _writes;

    /// <summary>After this a client does not wait any longer for an answer.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(3);

    private ApiSocket Any => managers[chance.Next(managers.Count)];

    /// <summary>The clients share two processors with the managers.</summary>
    public async Task RunAsync(TimeSpan pace, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(pace);
        try
        {
            while (await timer.WaitForNextTickAsync(ct))
                await StepAsync();
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The end of the load.
        }
    }

    /// <summary>Reads a shared value, and puts its mark on top of it.</summary>
    public async Task TakeTurnAsync(int register)
    {
        if (await ReadAsync(register) is not { } read)
            return;
        var turns = history.Turns[register];
        var mark = Next();
        var turn = read["Spec"]!["Labels"]!["turn"]!.AsInt() + 1;
        var spec = read["Spec"]!.DeepClone();
        spec["Labels"] = Registers.Labels(turn, mark);
        turns.Try(mark, turn);
        var (outcome, _) = await WriteAsync(HttpMethod.Post,
            $"/services/{turns.Name}/update?version={(long)read["Version"]!["Index"]!}", spec);
        turns.Tell(mark, outcome);
    }

    /// <summary>Null when nobody answers.</summary>
    public async Task<JsonNode?> ReadAsync(int register)
    {
        var turns = history.Turns[register];
        var floor = turns.Floor;
        var (outcome, answer) = await SendAsync(HttpMethod.Get, $"/services/{turns.Name}", null);
        if (outcome != WriteOutcome.Acknowledged)
            return null;
        var labels = answer!.Json["Spec"]!["Labels"]!;
        turns.Saw(floor, labels["turn"]!.AsInt(), (string)labels["mark"]!);
        return answer.Json;
    }

    private Task StepAsync() => chance.Next(2) == 0
        ? TakeTurnAsync(chance.Next(History.Registers))
        : _services.Count < MostServices ? CreateAsync() : RemoveAsync();

    private async Task CreateAsync()
    {
        var service = Next();
        history.Services.Try(service);
        var (outcome, answer) = await WriteAsync(
            HttpMethod.Post, "/services/create", ServiceSpecs.Service(service, 0, "sleep", service));
        history.Services.Created(service, outcome);
        if (answer?.Status == 409)
            history.Services.CreatedTwice(service);
        if (outcome == WriteOutcome.Acknowledged)
            _services.Enqueue(service);
    }

    private async Task RemoveAsync()
    {
        var service = _services.Dequeue();
        // With a body, since a client library repeats a request without one by itself when its connection breaks.
        var (outcome, answer) = await WriteAsync(HttpMethod.Delete, $"/services/{service}", new JsonObject());
        history.Services.Removed(service, outcome);
        if (answer?.Status == 404)
            history.Services.RemovedTwice(service);
        else if (outcome is WriteOutcome.Refused or WriteOutcome.NotSent)
            _services.Enqueue(service);
    }

    private async Task<(WriteOutcome Outcome, ApiAnswer? Answer)> WriteAsync(HttpMethod method, string url, JsonNode body)
    {
        var sent = await SendAsync(method, url, body.ToJsonString());
        history.Add(sent.Outcome);
        return sent;
    }

    private async Task<(WriteOutcome Outcome, ApiAnswer? Answer)> SendAsync(HttpMethod method, string url, string? body)
    {
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            var answer = await Any.SendAsync(method, url, body, limit.Token);
            return (WriteOutcomes.Of(answer), answer);
        }
        catch (HttpRequestException exception) when (exception.HttpRequestError == HttpRequestError.ConnectionError)
        {
            return (WriteOutcome.NotSent, null);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            return (WriteOutcome.Unknown, null);
        }
    }

    private string Next() => $"{history.Story}-{name}-{++_writes}";
}

/// <summary>The services that hold the shared values.</summary>
internal static class Registers
{
    public static JsonObject Labels(int turn, string mark) => new() { ["turn"] = $"{turn}", ["mark"] = mark };

    public static JsonObject First(string name)
    {
        var service = ServiceSpecs.Service(name, 0, "sleep", "1");
        service["Labels"] = Labels(0, TurnLedger.Nobody);
        return service;
    }

    public static int AsInt(this JsonNode label) => int.Parse((string)label!, null);
}
