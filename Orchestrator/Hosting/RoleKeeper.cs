using Microsoft.Extensions.Logging;
using Orchestrator.Consensus.Log;
using Orchestrator.Managers;
using Orchestrator.Primitives;
using Orchestrator.Security;

namespace Orchestrator.Hosting;

/// <summary>Lets a node follow its role: a manager's side runs beside its agent exactly while it should.</summary>
/// <param name="current">the node's membership; null while it has none</param>
internal sealed partial class RoleKeeper(
    HostServices services, NodeStateFile stateFile, Func<Membership?> current, ILogger logger)
{
    /// <summary>A sign of a change may have been lost.</summary>
    private static readonly TimeSpan LookPeriod = TimeSpan.FromSeconds(5);

    private static readonly Backoff Retry = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));

    private readonly ManagerDuty _duty = new(services, logger);
    private readonly Signal _changed = new(services.Time);
    private readonly Chance _chance = new();

    /// <summary>The node's role may have changed.</summary>
    public void Look() => _changed.Set();

    /// <summary>Until cancelled.</summary>
    /// <param name="step">calls <see cref="StepAsync"/> in the node's turn</param>
    public async Task RunAsync(Func<CancellationToken, Task<bool>> step, CancellationToken ct)
    {
        for (var failures = 0; ;)
        {
            failures = await step(ct) ? 0 : failures + 1;
            await _changed.WaitAsync(failures == 0 ? LookPeriod : Retry.Delay(failures, _chance.Next()), ct);
        }
    }

    /// <returns>false when the node could not become what it should be</returns>
    public async Task<bool> StepAsync(Membership node, CancellationToken ct)
    {
        try
        {
            switch (node.NextRoleStep())
            {
                case RoleStep.BecomeManager:
                    await BecomeManagerAsync(node, ct);
                    break;
                case RoleStep.StopManaging:
                    await StopManagingAsync(node);
                    break;
            }
            return true;
        }
        catch (Exception e) when (e is GroupException or PeerException or IOException or LogException
            or UnauthorizedAccessException)
        {
            LogNotAsItShould(logger, e.Message);
            return false;
        }
    }

    /// <summary>Starts the manager's side of an earlier run again, if there was one and its log is there.</summary>
    /// <exception cref="OptionException">an address that is stored or set cannot be used</exception>
    /// <exception cref="IOException">the address cannot be listened on</exception>
    /// <exception cref="LogException">the log cannot be used</exception>
    public async Task<(NodeState State, ManagerSide? Manager)> ResumeAsync(NodeState state, LiveIdentity identity)
    {
        if (!state.Manager)
            return (state, null);
        var log = new DataPaths(services.Options.DataDirectory).Log;
        if (!RaftStorage.HoldsMember(log))
        {
            LogMissing(logger, log);
            return (state, null);
        }
        var setup = SetupOf(NodeSetup.AddressesOf(state, services.Options), state.Managers);
        var manager = await ManagerSide.OpenAsync(setup, identity, services);
        state = Located(state, manager);
        if (manager.Role.IsAlone)
            await manager.Role.ReadyAsync();
        return (state, manager);
    }

    /// <summary>Starts a manager's side that asks to be taken into the group by itself.</summary>
    /// <param name="node">what was said when this host joined</param>
    /// <exception cref="GroupException">no manager that leads answers</exception>
    /// <exception cref="IOException">the address cannot be listened on</exception>
    /// <exception cref="LogException">the log cannot be used</exception>
    public async Task<(NodeState State, ManagerSide Manager)> BeginAsync(
        NodeState node, LiveIdentity identity, ImmutableArray<string> managers, CancellationToken ct)
    {
        var addresses = await _duty.FindAddressesAsync(node, managers, ct);
        var manager = await _duty.BeginAsync(SetupOf(addresses, managers), identity, ct);
        var state = NodeSetup.StateOf(identity.Current, addresses, manager.EndPoint, node.Runtime);
        state.Managers = [.. managers];
        return (state, manager);
    }

    /// <param name="managers">known before there is an agent that knows more</param>
    public ManagerSetup SetupOf(AddressChoice addresses, IReadOnlyList<string> managers) => new(addresses)
    {
        Managers = () => current()?.KnownManagers ?? managers, Removed = Look,
    };

    /// <summary>Keeps where a manager is now; it tells the group itself.</summary>
    private NodeState Located(NodeState state, ManagerSide manager)
    {
        if (state.AdvertiseAddress == manager.Address)
            return state;
        var located = state.Copy();
        (located.ListenAddress, located.AdvertiseAddress) = (manager.EndPoint.ToString(), manager.Address);
        stateFile.Save(located);
        LogMoved(logger, state.AdvertiseAddress, located.AdvertiseAddress);
        return located;
    }

    private async Task BecomeManagerAsync(Membership node, CancellationToken ct)
    {
        // What an earlier time as a manager has left is nobody's any more.
        if (!node.State.Manager)
            _duty.Forget();
        var (state, manager) = await BeginAsync(node.State, node.Identity, node.KnownManagers, ct);
        try
        {
            stateFile.Save(state);
        }
        catch
        {
            await manager.DisposeAsync();
            throw;
        }
        node.Become(state, manager);
    }

    private async Task StopManagingAsync(Membership node)
    {
        var manager = node.Manager!;
        var state = node.State.Copy();
        state.Manager = false;
        state.Managers = [.. node.KnownManagers];
        stateFile.Save(state);
        node.Become(state, null);
        await _duty.EndAsync(manager);
    }

    [LoggerMessage(LogLevel.Warning,
        "this host's part in the managers' group is not as it should be, it is tried again: {Why}")]
    private static partial void LogNotAsItShould(ILogger logger, string why);

    [LoggerMessage(LogLevel.Information, "this manager was at {Old} and is at {New} now")]
    private static partial void LogMoved(ILogger logger, string old, string @new);

    [LoggerMessage(LogLevel.Error,
        "this host is a manager, but its log {Path} is gone: it asks the other managers to take it in as a new one. If "
        + "it was the only one, restore a backup on an empty host")]
    private static partial void LogMissing(ILogger logger, string path);
}
