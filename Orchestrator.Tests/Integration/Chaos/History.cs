using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Integration.Chaos;

/// <summary>Everything that the clients of one story know.</summary>
/// <param name="story">the names of all its services begin with it and a hyphen, and no others</param>
internal sealed class History(string story)
{
    public const int Registers = 3;

    private readonly Lock _gate = new();
    private readonly Dictionary<WriteOutcome, long> _counts = [];
    private readonly List<Awaited> _awaited = [];

    public ServiceLedger Services { get; } = new();

    /// <summary>The shared values, by number.</summary>
    public ImmutableArray<TurnLedger> Turns { get; } =
        [.. Enumerable.Range(0, Registers).Select(number => new TurnLedger($"{story}-register-{number}"))];

    public string Story => story;

    public long Count(WriteOutcome outcome)
    {
        lock (_gate)
            return _counts.GetValueOrDefault(outcome);
    }

    public void Add(WriteOutcome outcome)
    {
        lock (_gate)
        {
            var count = _counts[outcome] = _counts.GetValueOrDefault(outcome) + 1;
            if (outcome != WriteOutcome.Acknowledged)
                return;
            foreach (var awaited in _awaited.Where(awaited => awaited.Count <= count))
                awaited.Reached.TrySetResult();
            _awaited.RemoveAll(awaited => awaited.Count <= count);
        }
    }

    /// <summary>Completes when so many more writes are acknowledged.</summary>
    public async Task ProgressAsync(int acknowledged, string why)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
            _awaited.Add(new Awaited(_counts.GetValueOrDefault(WriteOutcome.Acknowledged) + acknowledged, reached));
        try
        {
            await reached.Task.WaitAsync(Eventually.Patience);
        }
        catch (TimeoutException)
        {
            throw new AssertionException($"no {acknowledged} writes were acknowledged within {Eventually.Patience}: {why}");
        }
    }

    /// <param name="services">names of all there are</param>
    public ImmutableArray<string> Problems(IEnumerable<string> services) =>
    [
        .. Services.Problems([.. services.Where(IsOfClients)]), .. Turns.SelectMany(turns => turns.Problems()),
    ];

    private bool IsOfClients(string service) =>
        service.StartsWith(story + "-", StringComparison.Ordinal) && Turns.All(turns => turns.Name != service);

    private readonly record struct Awaited(long Count, TaskCompletionSource Reached);
}
