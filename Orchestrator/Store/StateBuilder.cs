using System.Diagnostics.CodeAnalysis;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Primitives.Collections;

namespace Orchestrator.Store;

/// <summary>The next snapshot in the making: the tables and every index on them, changed together.</summary>
internal sealed class StateBuilder
{
    private readonly SortedMapBuilder<Cluster> _clusters;
    private readonly SortedMapBuilder<Node> _nodes;
    private readonly SortedMapBuilder<Service> _services;
    private readonly SortedMapBuilder<ServiceRevision> _revisions;
    private readonly SortedMapBuilder<string> _names;
    private readonly ServiceContents _contents;
    private readonly TaskTable _tasks;

    /// <param name="changes">how many are to come, at most</param>
    public StateBuilder(StateSnapshot state, int changes)
    {
        _clusters = state.Clusters.ToBuilder();
        _nodes = state.Nodes.ToBuilder();
        _services = state.Services.ToBuilder();
        _revisions = state.Revisions.ToBuilder();
        _names = state.Names.ToBuilder();
        _contents = new ServiceContents(state.ByService, changes);
        _tasks = new TaskTable(state, _contents);
    }

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
    /// <param name="old">what is stored under the key; null when it is new</param>
    public Refusal? Put(Table table, IStoreObject? old, IStoreObject value)
    {
        if (value.UniqueName is { } name)
        {
            var nameKey = StateSnapshot.NameKey(table, name);
            if (_names.TryGetValue(nameKey, out var owner) && owner != value.Key)
                return new Refusal(RefusalKind.NameTaken, $"{table}/{name}");
            Forget(table, old);
            _names[nameKey] = value.Key;
        }
        return value is ServiceTask task ? PutTask((ServiceTask?)old, task) : Store(value);
    }

    /// <summary>The state that consists of these objects, parents before children.</summary>
    /// <returns>why they do not fit together; null when they do</returns>
    public Refusal? Load(ImmutableArray<IStoreObject> objects)
    {
        foreach (var value in objects)
        {
            var table = Change.TableOf(value);
            if (TryFind(table, value.Key, out _))
                return new Refusal(RefusalKind.Exists, $"{table}/{value.Key}");
            if (Put(table, null, value) is { } refusal)
                return refusal;
        }
        return null;
    }

    /// <summary>Removes the object; a revision stays as long as a task refers to it.</summary>
    public Refusal? Delete(Table table, string key)
    {
        if (table == Table.Revisions && IsUsed(_revisions[key]))
            return new Refusal(RefusalKind.InUse, $"{table}/{key}");
        if (TryFind(table, key, out var old))
            Forget(table, old);
        _ = table switch
        {
            Table.Clusters => _clusters.Remove(key),
            Table.Nodes => _nodes.Remove(key),
            Table.Services => _services.Remove(key),
            Table.Revisions => RemoveRevision(_revisions[key]),
            Table.Tasks => _tasks.Find(key) is { } task && _tasks.Remove(task),
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
        Names = _names.ToImmutable(),
        Tasks = _tasks.All,
        ByService = _contents.ToImmutable(),
        ByNode = _tasks.ByNode,
        Unplaced = _tasks.Unplaced,
        Sharers = _tasks.Sharers,
        Usage = _tasks.Usage,
    };

    private Refusal? PutTask(ServiceTask? old, ServiceTask task)
    {
        Invariant.Require(old is null || old.ServiceId == task.ServiceId, "a task stays with its service");
        var content = _contents[task.ServiceId];
        if (!content.Revisions.ContainsKey(task.Revision))
            return new Refusal(
                RefusalKind.Missing, $"{Table.Revisions}/{ServiceRevision.KeyOf(task.ServiceId, task.Revision)}");
        _tasks.Put(old, task, content);
        return null;
    }

    private bool IsUsed(ServiceRevision revision) =>
        _contents[revision.ServiceId].Tasks.Values.Any(task => task.Revision == revision.Number);

    private Refusal? Store(IStoreObject value)
    {
        switch (value)
        {
            case Cluster cluster: _clusters[cluster.Key] = cluster; break;
            case Node node: _nodes[node.Key] = node; break;
            case Service service: _services[service.Key] = service; break;
            case ServiceRevision revision: PutRevision(revision); break;
            default: throw new InvariantException($"no table holds {value.GetType().Name}");
        }
        return null;
    }

    private void PutRevision(ServiceRevision revision)
    {
        _revisions[revision.Key] = revision;
        var content = _contents[revision.ServiceId];
        content.Revisions = content.Revisions.SetItem(revision.Number, revision);
    }

    private bool RemoveRevision(ServiceRevision revision)
    {
        var content = _contents[revision.ServiceId];
        content.Revisions = content.Revisions.Remove(revision.Number);
        return _revisions.Remove(revision.Key);
    }

    private void Forget(Table table, IStoreObject? old)
    {
        if (old?.UniqueName is { } name)
            _names.Remove(StateSnapshot.NameKey(table, name));
    }
}
