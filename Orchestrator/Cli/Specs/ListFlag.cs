using System.CommandLine;
using Orchestrator.Api.Contracts;
using Orchestrator.Cli.Syntax;

namespace Orchestrator.Cli.Specs;

/// <summary>
/// A setting with several values: one flag when a service is created (<c>--env</c>), a pair when it is updated
/// (<c>--env-add</c>, <c>--env-rm</c>).
/// </summary>
internal abstract record ListFlag(string Name, string Description)
{
    public string Value { get; init; } = "list";

    /// <summary>One-letter name at creation, with its dash.</summary>
    public string? Alias { get; init; }

    /// <summary>What --X-rm takes.</summary>
    public string Removed { get; init; } = "it";

    public Option CreateOption => Flag.List("--" + Name, Description, Value, Alias);

    public IEnumerable<Option> UpdateOptions =>
    [
        Flag.List($"--{Name}-add", $"Add or replace: {char.ToLowerInvariant(Description[0])}{Description[1..]}", Value),
        Flag.List($"--{Name}-rm", $"Remove {Removed}"),
    ];

    public void ApplyCreate(Invocation run, ServiceSpecDto spec) => Add(run, "--" + Name, spec);

    public void ApplyUpdate(Invocation run, ServiceSpecDto spec)
    {
        Remove(run, $"--{Name}-rm", spec);
        Add(run, $"--{Name}-add", spec);
    }

    protected abstract void Add(Invocation run, string flag, ServiceSpecDto spec);

    protected abstract void Remove(Invocation run, string flag, ServiceSpecDto spec);
}

/// <summary>Values in order; adding one with a known key replaces the old one in its place.</summary>
internal sealed record OrderedFlag<T>(string Name, string Description) : ListFlag(Name, Description)
{
    public required Func<string, IReadOnlyList<T>> Parse { get; init; }

    public required Func<T, string> Key { get; init; }

    public required Func<ServiceSpecDto, IReadOnlyList<T>?> Get { get; init; }

    public required Action<ServiceSpecDto, IReadOnlyList<T>?> Set { get; init; }

    /// <summary>Whether a text given to --X-rm means a value; by default when it is its key.</summary>
    public Func<string, T, bool>? Means { get; init; }

    protected override void Add(Invocation run, string flag, ServiceSpecDto spec)
    {
        var added = run.ParseEach(flag, Parse).SelectMany(values => values).ToList();
        if (added.Count == 0)
            return;
        var all = (Get(spec) ?? []).ToList();
        foreach (var value in added)
        {
            var at = all.FindIndex(old => Key(old) == Key(value));
            if (at < 0)
                all.Add(value);
            else
                all[at] = value;
        }
        Set(spec, all);
    }

    protected override void Remove(Invocation run, string flag, ServiceSpecDto spec)
    {
        var texts = run.List(flag);
        if (texts.Count == 0 || Get(spec) is not { } values)
            return;
        var means = Means ?? ((text, value) => Key(value) == text);
        Set(spec, values.Where(value => !texts.Any(text => means(text, value))).ToList());
    }
}

/// <summary><c>key=value</c> pairs without an order.</summary>
internal sealed record MapFlag(string Name, string Description) : ListFlag(Name, Description)
{
    public required Func<ServiceSpecDto, IReadOnlyDictionary<string, string>?> Get { get; init; }

    public required Action<ServiceSpecDto, IReadOnlyDictionary<string, string>?> Set { get; init; }

    protected override void Add(Invocation run, string flag, ServiceSpecDto spec)
    {
        foreach (var text in run.List(flag))
            Set(spec, run.Read(flag, text, pair => KeyValues.With(Get(spec), pair)));
    }

    protected override void Remove(Invocation run, string flag, ServiceSpecDto spec)
    {
        if (run.List(flag) is { Count: > 0 } keys && Get(spec) is { } map)
            Set(spec, KeyValues.Without(map, keys));
    }
}
