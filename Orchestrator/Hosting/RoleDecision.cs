using Orchestrator.Model;

namespace Orchestrator.Hosting;

internal enum RoleStep
{
    None,
    BecomeManager,
    StopManaging,
}

/// <summary>A host's part in the managers' group follows its certificate. Pure.</summary>
/// <param name="Certificate">the role that the cluster has confirmed</param>
/// <param name="Wanted">the role that the managers want this node to have, as last heard; null = unsaid</param>
/// <param name="Manages">the manager's side runs</param>
/// <param name="WasRemoved">its member was removed from the group, for ever</param>
internal readonly record struct RoleDecision(NodeRole Certificate, NodeRole? Wanted, bool Manages, bool WasRemoved)
{
    public RoleStep Next()
    {
        if (Manages)
            return WasRemoved || Certificate == NodeRole.Worker ? RoleStep.StopManaging : RoleStep.None;
        // A node that is being demoted has a manager's certificate until it gets the next one.
        return Certificate == NodeRole.Manager && Wanted != NodeRole.Worker ? RoleStep.BecomeManager : RoleStep.None;
    }
}
