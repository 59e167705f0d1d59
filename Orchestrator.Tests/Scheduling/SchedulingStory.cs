using System.Text;
using Orchestrator.Api;
using Orchestrator.Api.Validation;
using Orchestrator.Model;
using Orchestrator.Orchestration;
using Orchestrator.Scheduling.Explaining;
using Orchestrator.Scheduling.Rebalancing;
using Orchestrator.Store;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Scheduling;

/// <summary>
/// Prose, commands behind <c>&gt;</c>, and below each what came of it. Each pair of a command is one setting; quotes keep spaces.
/// <list type="bullet">
/// <item><c>node NAME cpu=4 memory=4096 label.zone=a …</c> adds a node or changes it; memory in MiB</item>
/// <item><c>service NAME REPLICAS constraint=… affinity=… spread=… port=80/udp …</c></item>
/// <item><c>check NAME constraint=… …</c>: what the API says of such a service</item>
/// <item><c>scale NAME REPLICAS</c>, <c>relabel NAME key=value</c>, <c>update NAME cpu=… …</c> (a new template), <c>fail NAME NODE</c>,
/// <c>reject NAME NODE</c>, <c>end NAME.SLOT</c>, <c>wait SECONDS</c></item>
/// <item><c>place</c>: decides until nothing is left to decide, and lets all that was placed run; <c>decide</c>: the nodes do nothing
/// about it yet</item>
/// <item><c>overtake NODE key=value …</c>: the node changes after the scheduler has decided, and before that is written</item>
/// <item><c>rebalance [MOST] [SERVICE]</c>: plans, moves within the limits of updates, and lets all come to rest</item>
/// <item><c>cluster overcommit=0.5 strategy=binpack</c></item>
/// <item><c>nodes</c>: what is set aside on each; <c>grants NAME</c>: what its tasks got of their nodes; <c>status NAME</c></item>
/// <item><c>explain NAME</c>: what of the next task of the service, and why</item>
/// </list>
/// </summary>
internal sealed class SchedulingStory
{
    private readonly ControlPlane _plane = new();
    private readonly Dictionary<string, string> _told = [];
    private readonly HashSet<string> _evicted = [];
    private readonly StringBuilder _output = new();

    public static string Play(string text)
    {
        var story = new SchedulingStory();
        foreach (var line in text.TrimEnd('\n').Split('\n'))
        {
            if (line.StartsWith("  ", StringComparison.Ordinal))
                continue; // what came of it the last time
            story._output.Append(line).Append('\n');
            if (line.StartsWith("> ", StringComparison.Ordinal))
                story.Do(Words(line[2..]));
        }
        return story._output.ToString();
    }

    private void Do(string[] words)
    {
        var settings = words[1..].Where(word => word.Contains('=')).Select(word => word.Split('=', 2))
            .Select(pair => (Key: pair[0], Value: pair[1])).ToArray();
        switch (words)
        {
            case ["node", var name, ..]: ChangeNode(name, settings); break;
            case ["service", var name, var replicas, ..]: AddService(name, int.Parse(replicas), settings); break;
            case ["check", var name, ..]: Check(name, settings); break;
            case ["overtake", var name, ..]: Overtake(name, settings); break;
            case ["cluster", ..]: ChangeCluster(settings); break;
            case ["grants", var name]: TellGrants(Id(name)); break;
            case ["scale", var name, var replicas]: _plane.Scale(Id(name), int.Parse(replicas)); break;
            case ["relabel", var name, ..]: Relabel(name, settings); break;
            case ["update", var name, ..]: Update(name, settings); break;
            case ["fail", var name, var node]: Fail(name, node, TaskState.Failed); break;
            case ["reject", var name, var node]: Fail(name, node, TaskState.Rejected); break;
            case ["end", var task]: End(task); break;
            case ["wait", var seconds]: _plane.Advance(TimeSpan.FromSeconds(int.Parse(seconds))); break;
            case ["place"]: _plane.Converge(); TellPlaces(); break;
            case ["decide"]: _plane.Settle(); TellPlaces(); break;
            case ["status", var name]: TellStatus(Id(name)); break;
            case ["rebalance", .. var rest]: Rebalance(rest); break;
            case ["nodes"]: TellNodes(); break;
            case ["explain", var name]: Explain(Id(name)); break;
            default: throw new FormatException($"no such command: {string.Join(' ', words)}");
        }
    }

    private void ChangeNode(string name, (string Key, string Value)[] settings)
    {
        if (_plane.State.Node(new NodeId(name)) is null)
            _plane.AddNode(name);
        _plane.ChangeNode(name, node => settings.Aggregate(node, StorySettings.Apply));
    }

    private void ChangeCluster((string Key, string Value)[] settings)
    {
        if (_plane.State.Cluster is null)
            _plane.Apply(Change.Create(new Cluster { Id = new ClusterId("cluster") }));
        _plane.Apply(Change.Update(_plane.State.Cluster! with { Spec = settings.Aggregate(_plane.State.Cluster!.Spec, StorySettings.Apply) }));
    }

    private void TellGrants(ServiceId id)
    {
        foreach (var task in _plane.Wanted(id).Where(task => task.Grant is not null))
        {
            var units = task.Grant!.Generic.Select(unit => $"{unit.Kind}={(unit.Unit.Length > 0 ? unit.Unit : $"{unit.Count}")}");
            var ports = task.Grant.Ports.Select(port => $"port={port.Published}");
            var shared = task.Grant.Shared.Select(each => $"with={each.Service}.{_plane.State.Task(each.TaskId)?.Slot}");
            _output.Append($"  {task.Slot} on {task.NodeId}: {string.Join(' ', [.. units, .. ports, .. shared])}\n");
        }
    }

    private void AddService(string name, int replicas, (string Key, string Value)[] settings)
    {
        _plane.Advance(TimeSpan.FromMilliseconds(1)); // in the order of the story
        _plane.AddService(name, replicas, spec => settings.Aggregate(spec, StorySettings.Apply));
    }

    private void Check(string name, (string Key, string Value)[] settings)
    {
        var plain = new ServiceSpec
        {
            Name = name,
            Template = new TaskTemplate { Container = new ContainerSpec { Image = "app:1" } },
            Mode = new ServiceMode { Replicas = 1 },
        };
        try
        {
            var spec = settings.Aggregate(plain, StorySettings.Apply);
            SpecValidator.Check(spec);
            _output.Append(string.Concat((SpecWarnings.Of(spec) ?? ["accepted"]).Select(line => $"  {line}\n")));
        }
        catch (ApiException e)
        {
            _output.Append($"  refused: {e.Message}\n");
        }
    }

    private void Overtake(string name, (string Key, string Value)[] settings)
    {
        var decided = new SchedulingController().Decide(new ReconcileContext(_plane.State, _plane.Now, _plane.Ids), "pending");
        ChangeNode(name, settings);
        foreach (var part in decided.Parts)
            _output.Append(_plane.Propose(part).Refusal is { } refusal
                ? $"  not written: {refusal.Subject} is another than it was\n"
                : "  written\n");
    }

    private void Relabel(string name, (string Key, string Value)[] settings) => _plane.UpdateService(
        Id(name), spec => settings.Aggregate(spec, (now, label) => now with { Labels = now.Labels.SetItem(label.Key, label.Value) }),
        template: false);

    private void Update(string name, (string Key, string Value)[] settings) => _plane.UpdateService(
        Id(name), spec => settings.Aggregate(spec, StorySettings.Apply), template: true);

    private void Fail(string name, string node, TaskState end)
    {
        foreach (var task in _plane.Running(Id(name)).Where(task => task.NodeId == new NodeId(node)))
            _plane.Report(task, end, "exit 1");
    }

    private void End(string task)
    {
        var (name, slot) = (task[..task.LastIndexOf('.')], int.Parse(task[(task.LastIndexOf('.') + 1)..]));
        _plane.Report(_plane.Running(Id(name)).Single(running => running.Slot == slot), TaskState.Failed, "exit 1");
    }

    private void TellPlaces()
    {
        var lines = from service in _plane.State.Services.Values
                    orderby service.Spec.Name
                    from task in _plane.Wanted(service.Id)
                    let outcome = task.NodeId is { } node ? $"→ {node}" : $"waits: {task.Status.Error}"
                    where _told.GetValueOrDefault(task.Key) != outcome
                    group task by (service.Spec.Name, outcome);
        foreach (var task in _plane.State.Tasks.Values.Where(task => task.Eviction is not null && _evicted.Add(task.Key)))
            _output.Append($"  {_plane.State.Service(task.ServiceId)!.Spec.Name}.{task.Slot} leaves {task.NodeId}: {task.Eviction!.Reason}\n");
        foreach (var line in lines.ToArray())
        {
            var slots = string.Join(' ', line.Select(task => task.Slot));
            var (name, outcome) = line.Key;
            _output.Append(outcome[0] == '→' ? $"  {name} {outcome}: {slots}\n" : $"  {name} {slots} {outcome}\n");
            foreach (var task in line)
                _told[task.Key] = outcome;
        }
    }

    private void TellStatus(ServiceId id)
    {
        foreach (var task in _plane.Wanted(id))
            _output.Append($"  {task.Slot}: {task.Status.State.Word()} ({task.Status.Message})\n".Replace(" ()", ""));
    }

    private void Rebalance(string[] words)
    {
        var named = words.Where(word => !int.TryParse(word, out _)).Select(name => _plane.State.Service(Id(name))!).ToArray();
        var most = words.Select(word => int.TryParse(word, out var number) ? number : 0).FirstOrDefault(number => number > 0, 10);
        var scope = new RebalanceScope(named.Length > 0 ? named : _plane.State.Services.Values, most, WithLocalData: named.Length > 0);
        var plan = Rebalancer.Plan(_plane.State, scope, _plane.Now);
        foreach (var move in plan.Moves)
            _output.Append($"  {move.Service.Spec.Name}.{move.Task.Slot} {move.From.Id} → {move.To.Id}: {move.Why}\n");
        foreach (var left in plan.LeftAlone)
            _output.Append($"  {left.Service.Spec.Name} stays: {left.Why}\n");
        if (plan is { Moves.IsEmpty: true, LeftAlone.IsEmpty: true })
            _output.Append("  nothing to move\n");
        _plane.Apply([.. Rebalancer.Begin(plan.Moves, _plane.Now)]);
        _evicted.UnionWith(plan.Moves.Select(move => move.Task.Key));
        _plane.Converge();
        foreach (var move in plan.Moves)
        {
            var now = _plane.Running(move.Service.Id).Single(task => task.Slot == move.Task.Slot);
            _told[now.Key] = $"→ {now.NodeId}";
            if (now.NodeId != move.To.Id)
                _output.Append($"  {move.Service.Spec.Name}.{move.Task.Slot} is on {now.NodeId} instead\n");
        }
    }

    private void TellNodes()
    {
        foreach (var node in _plane.State.Nodes.Values)
        {
            var usage = _plane.State.UsageOf(node.Id);
            _output.Append($"  {node.Id}: {usage.Tasks} tasks, {usage.NanoCpus / (double)ControlPlane.Core} cpus, "
                + $"{usage.MemoryBytes / ControlPlane.MiB} MiB\n");
        }
    }

    private void Explain(ServiceId id)
    {
        var revision = _plane.State.Revision(id, _plane.State.Service(id)!.TemplateRevision)!;
        _output.Append(ExplanationText.Of(new Explainer(_plane.State, _plane.Now).Explain(revision)));
    }

    private static ServiceId Id(string name) => new($"id-{name}");

    private static string[] Words(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var quoted = false;
        foreach (var character in line + " ")
            if (character == '"')
                quoted = !quoted;
            else if (character != ' ' || quoted)
                word.Append(character);
            else if (word.Length > 0)
            {
                words.Add(word.ToString());
                word.Clear();
            }
        return [.. words];
    }
}
