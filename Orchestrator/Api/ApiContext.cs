using Orchestrator.Api.Mapping;
using Orchestrator.Api.Validation;

namespace Orchestrator.Api;

/// <summary>What the endpoints work with: this node, and the manager's side of it while it has one.</summary>
public sealed class ApiContext(ILocalNode node)
{
    private volatile ManagerServices? _manager;

    public ILocalNode Node { get; } = node;

    /// <summary>Set by the host when this node becomes an active manager, null again when it stops being one.</summary>
    public ManagerServices? Manager
    {
        get => _manager;
        set => _manager = value;
    }

    internal TlsInfoMapper TlsInfo { get; } = new();

    /// <exception cref="ApiException">this node is not an active manager</exception>
    internal ManagerServices RequireManager() => Manager ?? throw NodeRefusals.NotManager(Node.Status);
}
