using System.Diagnostics.CodeAnalysis;
using Orchestrator.Model;
using Orchestrator.Primitives;

namespace Orchestrator.Store;

/// <summary>The next snapshot in the making: the tables and every index on them, changed together.</summary>
internal sealed class StateBuilder(StateSnapshot state)
{
    private readonly ImmutableSortedDictionary<string, Cluster>.Builder _clusters = state.Clusters.ToBuilder();
    private readonly ImmutableSortedDictionary<string, Node>.Builder _nodes = state.Nodes.ToBuilder();
    private readonly ImmutableSortedDictionary<string, Service>.Builder _services = state.Services.ToBuilder();
    private readonly ImmutableSortedDictionary<string, ServiceRevision>.Builder _revisions =
        state.Revisions.ToBuilder();
    private readonly ImmutableSortedDictionary<string, string>.Builder _names = state.Names.ToBuilder();
    private readonly ImmutableSortedDictionary<string, ImmutableSortedDictionary<ulong, ServiceRevision>>.Builder
        _byRevisedService = state.ByRevisedService.ToBuilder();

    private readonly TaskTable _tasks = new(state);

    public bool TryFind(Table table, string key, [NotNullWhen(true)] out IStoreObject? value)
    {
        value = table switch
        {
            Table.Clusters => _clusters.GetValueOrDefault(key),
            Table.Nodes => _nodes.GetValueOrDefault(key),
            Table.Services => _services.GetValueOrDefault(key),
            Table.Revisions => _revisions.GetValueOrDefault(key),
            Table.Tasks => _tasks.Find(key),
        };
        return value is not null;
    }

    /// <summary>Puts the object under its key and keeps names unique.</summary>
    public Refusal? Put(Table table, IStoreObject value)
    {
        if (value.UniqueName is { } name)
        {
            var nameKey = StateSnapshot.NameKey(table, name);
            if (_names.TryGetValue(nameKey, out var owner) && owner != value.Key)
                return new Refusal(RefusalKind.NameTaken, $"{table}/{name}");
            Forget(table, value.Key);
            _names[nameKey] = value.Key;
        }
        if (value is ServiceTask task && MissingRevision(task) is { } missing)
            return missing;
        Store(value);
        return null;
    }

    /// <summary>The state that consists of these objects, parents before children.</summary>
    /// <returns>why they do not fit together; null when they do</returns>
    public Refusal? Load(ImmutableArray<IStoreObject> objects)
    {
        foreach (var value in objects.Where(value => value is not ServiceTask))
            if (Put(Change.TableOf(value), value) is { } refusal)
                return refusal;
        ImmutableArray<ServiceTask> tasks = [.. objects.OfType<ServiceTask>()];
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var task in tasks)
        {
            if (!seen.Add(task.Key))
                return new Refusal(RefusalKind.Exists, $"{Table.Tasks}/{task.Key}");
            if (MissingRevision(task) is { } refusal)
                return refusal;
        }
        _tasks.Load(tasks, SpecOf);
        return null;
    }

    /// <summary>Removes the object; a revision stays as long as a task refers to it.</summary>
    public Refusal? Delete(Table table, string key)
    {
        if (table == Table.Revisions && _tasks.Uses(_revisions[key]))
            return new Refusal(RefusalKind.InUse, $"{table}/{key}");
        Forget(table, key);
        _ = table switch
        {
            Table.Clusters => _clusters.Remove(key),
            Table.Nodes => _nodes.Remove(key),
            Table.Services => _services.Remove(key),
            Table.Revisions => RemoveRevision(_revisions[key]),
            Table.Tasks => _tasks.Remove(key, SpecOf),
        };
        return null;
    }

    public StateSnapshot Build(ulong index) => new()
    {
        Index = index,
        Clusters = _clusters.ToImmutable(),
        Nodes = _nodes.ToImmutable(),
        Services = _services.ToImmutable(),
        Revisions = _revisions.ToImmutable(),
        ByRevisedService = _byRevisedService.ToImmutable(),
        Names = _names.ToImmutable(),
        Tasks = _tasks.All.ToImmutable(),
        ByService = _tasks.ByService.ToImmutable(),
        ByNode = _tasks.ByNode.ToImmutable(),
        Unplaced = _tasks.Unplaced.ToImmutable(),
        Usage = _tasks.Usage.ToImmutable(),
    };

    private void Store(IStoreObject value)
    {
        switch (value)
        {
            case Cluster cluster: _clusters[cluster.Key] = cluster; break;
            case Node node: _nodes[node.Key] = node; break;
            case Service service: _services[service.Key] = service; break;
            case ServiceRevision revision: PutRevision(revision); break;
            case ServiceTask task: _tasks.Put(task, SpecOf); break;
            default: throw new InvariantException($"no table holds {value.GetType().Name}");
        }
    }

    private void PutRevision(ServiceRevision revision)
    {
        _revisions[revision.Key] = revision;
        _byRevisedService[revision.ServiceId.Value] =
            RevisionsOf(revision.ServiceId).SetItem(revision.Number, revision);
    }

    private bool RemoveRevision(ServiceRevision revision)
    {
        var left = RevisionsOf(revision.ServiceId).Remove(revision.Number);
        if (left.IsEmpty)
            _byRevisedService.Remove(revision.ServiceId.Value);
        else
            _byRevisedService[revision.ServiceId.Value] = left;
        return _revisions.Remove(revision.Key);
    }

    private ImmutableSortedDictionary<ulong, ServiceRevision> RevisionsOf(ServiceId service) =>
        _byRevisedService.GetValueOrDefault(service.Value, ImmutableSortedDictionary<ulong, ServiceRevision>.Empty);

    private Refusal? MissingRevision(ServiceTask task) =>
        ServiceRevision.KeyOf(task.ServiceId, task.Revision) is var key && _revisions.ContainsKey(key)
            ? null
            : new Refusal(RefusalKind.Missing, $"{Table.Revisions}/{key}");

    private void Forget(Table table, string key)
    {
        if (TryFind(table, key, out var old) && old.UniqueName is { } name)
            _names.Remove(StateSnapshot.NameKey(table, name));
    }

    private ServiceSpec SpecOf(ServiceTask task) =>
        _revisions[ServiceRevision.KeyOf(task.ServiceId, task.Revision)].Spec;
}
