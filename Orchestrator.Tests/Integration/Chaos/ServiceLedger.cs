namespace Orchestrator.Tests.Integration.Chaos;

/// <summary>
/// What clients know of services with names that are used once: each is made by one client and removed by the same.
/// One that comes back after its removal was made twice.
/// </summary>
internal sealed class ServiceLedger
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Fate> _fates = [];
    private readonly List<string> _problems = [];

    private enum Fate
    {
        MayExist,
        Exists,
        Refused,
        Removed,
    }

    public void Try(string name) => Set(name, Fate.MayExist);

    public void Created(string name, WriteOutcome outcome) => Set(name, outcome switch
    {
        WriteOutcome.Acknowledged => Fate.Exists,
        WriteOutcome.Unknown => Fate.MayExist,
        _ => Fate.Refused,
    });

    /// <summary>The name is taken, though only this one request was to use it.</summary>
    public void CreatedTwice(string name) => Problem($"{name} existed when it was made");

    /// <summary>Of one that exists.</summary>
    public void Removed(string name, WriteOutcome outcome) => Set(name, outcome switch
    {
        WriteOutcome.Acknowledged => Fate.Removed,
        WriteOutcome.Unknown => Fate.MayExist,
        _ => Fate.Exists,
    });

    /// <summary>It was not there when it was to be removed for the first time.</summary>
    public void RemovedTwice(string name)
    {
        Problem($"{name} was acknowledged, but was not there to be removed");
        Set(name, Fate.Removed);
    }

    /// <param name="names">of all services there are, when nothing is under way any more</param>
    public ImmutableArray<string> Problems(IReadOnlyCollection<string> names)
    {
        lock (_gate)
            return
            [
                .. _problems,
                .. names.CountBy(name => name).Where(name => name.Value > 1).Select(name => $"{name.Key} exists twice"),
                .. names.Except(_fates.Keys).Select(name => $"{name} exists, but nobody made it"),
                .. _fates.Select(fate => Problem(fate.Key, fate.Value, names.Contains(fate.Key))).OfType<string>(),
            ];
    }

    private static string? Problem(string name, Fate fate, bool exists) => (fate, exists) switch
    {
        (Fate.Exists, false) => $"{name} was acknowledged, but is lost",
        (Fate.Refused, true) => $"{name} was refused, but exists",
        (Fate.Removed, true) => $"{name} was removed, but is back",
        _ => null,
    };

    private void Set(string name, Fate fate)
    {
        lock (_gate)
            _fates[name] = fate;
    }

    private void Problem(string text)
    {
        lock (_gate)
            _problems.Add(text);
    }
}
