using System.Diagnostics.CodeAnalysis;
using Orchestrator.Model;
using Orchestrator.Primitives;

namespace Orchestrator.Store;

/// <summary>The next snapshot in the making: the tables and every index on them, changed together.</summary>
internal sealed class StateBuilder(StateSnapshot state)
{
    private readonly ImmutableSortedDictionary<string, Cluster>.Builder clusters = state.Clusters.ToBuilder();
    private readonly ImmutableSortedDictionary<string, Node>.Builder nodes = state.Nodes.ToBuilder();
    private readonly ImmutableSortedDictionary<string, Service>.Builder services = state.Services.ToBuilder();
    private readonly ImmutableSortedDictionary<string, ServiceRevision>.Builder revisions = state.Revisions.ToBuilder();
    private readonly ImmutableSortedDictionary<string, string>.Builder names = state.Names.ToBuilder();
    private readonly ImmutableSortedDictionary<string, ImmutableSortedDictionary<ulong, ServiceRevision>>.Builder
        byRevisedService = state.ByRevisedService.ToBuilder();

    private readonly TaskTable tasks = new(state);

    public bool TryFind(Table table, string key, [NotNullWhen(true)] out IStoreObject? value)
    {
        value = table switch
        {
            Table.Clusters => clusters.GetValueOrDefault(key),
            Table.Nodes => nodes.GetValueOrDefault(key),
            Table.Services => services.GetValueOrDefault(key),
            Table.Revisions => revisions.GetValueOrDefault(key),
            Table.Tasks => tasks.Find(key),
        };
        return value is not null;
    }

    /// <summary>Puts the object under its key and keeps names unique.</summary>
    public Refusal? Put(Table table, IStoreObject value)
    {
        if (value.UniqueName is { } name)
        {
            var nameKey = StateSnapshot.NameKey(table, name);
            if (names.TryGetValue(nameKey, out var owner) && owner != value.Key)
                return new Refusal(RefusalKind.NameTaken, $"{table}/{name}");
            Forget(table, value.Key);
            names[nameKey] = value.Key;
        }
        if (value is ServiceTask task && !revisions.ContainsKey(ServiceRevision.KeyOf(task.ServiceId, task.Revision)))
            return new Refusal(
                RefusalKind.Missing, $"{Table.Revisions}/{ServiceRevision.KeyOf(task.ServiceId, task.Revision)}");
        Store(value);
        return null;
    }

    /// <summary>Removes the object; a revision stays as long as a task refers to it.</summary>
    public Refusal? Delete(Table table, string key)
    {
        if (table == Table.Revisions && tasks.Uses(revisions[key]))
            return new Refusal(RefusalKind.InUse, $"{table}/{key}");
        Forget(table, key);
        _ = table switch
        {
            Table.Clusters => clusters.Remove(key),
            Table.Nodes => nodes.Remove(key),
            Table.Services => services.Remove(key),
            Table.Revisions => RemoveRevision(revisions[key]),
            Table.Tasks => tasks.Remove(key, SpecOf),
        };
        return null;
    }

    public StateSnapshot Build(ulong index) => new()
    {
        Index = index,
        Clusters = clusters.ToImmutable(),
        Nodes = nodes.ToImmutable(),
        Services = services.ToImmutable(),
        Revisions = revisions.ToImmutable(),
        ByRevisedService = byRevisedService.ToImmutable(),
        Names = names.ToImmutable(),
        Tasks = tasks.All.ToImmutable(),
        ByService = tasks.ByService.ToImmutable(),
        ByNode = tasks.ByNode.ToImmutable(),
        Unplaced = tasks.Unplaced.ToImmutable(),
        Usage = tasks.Usage.ToImmutable(),
    };

    private void Store(IStoreObject value)
    {
        switch (value)
        {
            case Cluster cluster: clusters[cluster.Key] = cluster; break;
            case Node node: nodes[node.Key] = node; break;
            case Service service: services[service.Key] = service; break;
            case ServiceRevision revision: PutRevision(revision); break;
            case ServiceTask task: tasks.Put(task, SpecOf); break;
            default: throw new InvariantException($"no table holds {value.GetType().Name}");
        }
    }

    private void PutRevision(ServiceRevision revision)
    {
        revisions[revision.Key] = revision;
        byRevisedService[revision.ServiceId.Value] = RevisionsOf(revision.ServiceId).SetItem(revision.Number, revision);
    }

    private bool RemoveRevision(ServiceRevision revision)
    {
        var left = RevisionsOf(revision.ServiceId).Remove(revision.Number);
        if (left.IsEmpty)
            byRevisedService.Remove(revision.ServiceId.Value);
        else
            byRevisedService[revision.ServiceId.Value] = left;
        return revisions.Remove(revision.Key);
    }

    private ImmutableSortedDictionary<ulong, ServiceRevision> RevisionsOf(ServiceId service) =>
        byRevisedService.GetValueOrDefault(service.Value, ImmutableSortedDictionary<ulong, ServiceRevision>.Empty);

    private void Forget(Table table, string key)
    {
        if (TryFind(table, key, out var old) && old.UniqueName is { } name)
            names.Remove(StateSnapshot.NameKey(table, name));
    }

    private ServiceSpec SpecOf(ServiceTask task) =>
        revisions[ServiceRevision.KeyOf(task.ServiceId, task.Revision)].Spec;
}
