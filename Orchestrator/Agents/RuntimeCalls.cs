using System.Diagnostics;
using Orchestrator.Model;
using Orchestrator.Model.Templating;
using Orchestrator.Runtime;

namespace Orchestrator.Agents;

/// <summary>Makes the calls that tasks need, not too many at once.</summary>
internal sealed class RuntimeCalls(AgentContext agent, ContainerDirectory directory, Func<NodeDescription> node)
    : IDisposable
{
    /// <summary>A pull may take long; it can be cancelled by what the managers want.</summary>
    private static readonly TimeSpan PrepareLimit = TimeSpan.FromHours(1);
    private static readonly TimeSpan ChangeLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan InspectLimit = TimeSpan.FromSeconds(30);

    /// <summary>Stops mostly wait, so more of them may do it at once.</summary>
    private const int StopsForEachCall = 4;

    private readonly SemaphoreSlim _prepares = new(agent.Options.Parallelism);
    private readonly SemaphoreSlim _changes = new(agent.Options.Parallelism);
    private readonly SemaphoreSlim _stops = new(agent.Options.Parallelism * StopsForEachCall);

    /// <summary>The container as it is after a look or a preparation; else null.</summary>
    /// <exception cref="RuntimeException">the runtime refused or did not answer</exception>
    public async Task<ContainerObservation?> MakeAsync(TaskRecord task, Step.Call call, CancellationToken ct)
    {
        if (call is Step.Locate)
            return (await directory.ListAsync(ct)).FirstOrDefault(found => found.TaskId == task.TaskId);
        var gate = GateOf(call);
        await gate.WaitAsync(ct);
        try
        {
            return await Timed.RunAsync(token => MakeNowAsync(task, call, token), LimitOf(call), agent.Clock, ct);
        }
        finally
        {
            gate.Release();
        }
    }

    public void Dispose()
    {
        _prepares.Dispose();
        _changes.Dispose();
        _stops.Dispose();
    }

    private SemaphoreSlim GateOf(Step.Call call) => call switch
    {
        Step.Prepare => _prepares,
        Step.Stop => _stops,
        _ => _changes,
    };

    private static TimeSpan LimitOf(Step.Call call) => call switch
    {
        Step.Prepare => PrepareLimit,
        Step.Stop stop => stop.Grace + ChangeLimit,
        Step.Inspect => InspectLimit,
        _ => ChangeLimit,
    };

    private async Task<ContainerObservation?> MakeNowAsync(TaskRecord task, Step.Call call, CancellationToken ct)
    {
        switch (call)
        {
            case Step.Prepare:
                var id = await agent.Runtime.PrepareAsync(ToRuntime(task.Assignment), ct);
                return new ContainerObservation(id, task.TaskId, ContainerState.Created);
            case Step.Start start:
                await agent.Runtime.StartAsync(start.ContainerId, ct);
                return null;
            case Step.Stop stop:
                await agent.Runtime.StopAsync(stop.ContainerId, stop.Grace, ct);
                return null;
            case Step.Remove remove:
                await agent.Runtime.RemoveAsync(remove.ContainerId, ct);
                return null;
            case Step.Inspect inspect:
                return await agent.Runtime.InspectAsync(inspect.ContainerId, ct);
            default:
                throw new UnreachableException($"no such call: {call}");
        }
    }

    private RuntimeTask ToRuntime(Assignment task)
    {
        try
        {
            var container = TemplateExpander.Expand(task.Template.Container, TemplateContext.Of(task, node()));
            return new RuntimeTask(
                task.TaskId, agent.Identity.Current.ClusterId, task.NodeId, task.ServiceId, task.ServiceName,
                task.TaskName, GrantedResources.AddTo(container, task.Granted))
            {
                Limits = task.Template.Resources?.Limits ?? new(),
                HostPorts = task.HostPorts,
                Devices = GrantedResources.DevicesOf(task.Granted),
                LogDriver = task.Template.LogDriver,
                Shared = SourcesOf(task),
                RegistryAuth = task.RegistryAuth,
            };
        }
        catch (TemplateException e)
        {
            throw new RuntimeException(RuntimeFailure.Rejected, $"template: {e.Message}", e);
        }
    }

    private static ImmutableArray<SharedSource> SourcesOf(Assignment task)
    {
        if (task.Shared.IsEmpty)
            return [];
        var named = Dependencies.Of(task.ServiceLabels, task.Template.Container.Labels)
            .ToDictionary(dependency => dependency.Service, StringComparer.Ordinal);
        return [.. task.Shared.Select(shared => new SharedSource(shared.TaskId, named[shared.Service]))];
    }
}
