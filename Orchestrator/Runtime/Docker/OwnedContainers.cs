using System.Collections.Concurrent;

namespace Orchestrator.Runtime.Docker;

/// <summary>
/// Container ids known to be this cluster's, so that the check before a container is touched costs no call.
/// As many as the engine has containers of the cluster: each look at all of them drops the rest.
/// </summary>
internal sealed class OwnedContainers
{
    private volatile ConcurrentDictionary<string, bool> _ids = new(StringComparer.Ordinal);

    public bool Contains(string id) => _ids.ContainsKey(id);

    public void Add(string id) => _ids[id] = true;

    public void Remove(string id) => _ids.TryRemove(id, out _);

    /// <summary>An id that is added meanwhile may get lost: it is then checked once more.</summary>
    public void Replace(IEnumerable<string> ids) =>
        _ids = new ConcurrentDictionary<string, bool>(ids.Select(id => KeyValuePair.Create(id, true)));
}
