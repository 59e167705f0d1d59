using Orchestrator.Primitives;
using Orchestrator.Store;

namespace Orchestrator.Api;

/// <summary>What only an active manager has.</summary>
public sealed record ManagerServices(
    StateStore Store, IProposer Proposer, IManagerGroup Group, ITaskLogs Logs, TimeProvider Time, IdSource Ids);
