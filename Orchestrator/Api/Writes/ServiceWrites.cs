using Orchestrator.Api.Lookup;
using Orchestrator.Api.Mapping;
using Orchestrator.Api.Validation;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Scheduling.Explaining;
using Orchestrator.Store;

namespace Orchestrator.Api.Writes;

/// <summary>Creates, changes and removes services.</summary>
internal static class ServiceWrites
{
    public static async Task<ServiceId> CreateAsync(
        ManagerServices manager, ServiceSpec spec, string registryAuth, CancellationToken ct)
    {
        var service = New(manager, spec, registryAuth);
        Require((await manager.ProposeAsync(Creation(service).AsSpan(), ct)).Refusal, service);
        return service.Id;
    }

    /// <summary>
    /// Where the tasks of such a service would go; refused as its creation would be, and nothing is written.
    /// </summary>
    public static PlacementPlan Plan(ManagerServices manager, ServiceSpec spec)
    {
        var service = New(manager, spec, "");
        var state = StateStore.After(
            manager.Store.Current, new Transaction { Changes = Creation(service) }, out var refusal);
        Require(refusal, service);
        return PlacementPlan.Of(state!, service, manager.Time.GetUtcNow());
    }

    private static Service New(ManagerServices manager, ServiceSpec spec, string registryAuth)
    {
        var id = ServiceId.From(manager.Ids.Next());
        if (spec.Name.Length == 0)
            spec = spec with { Name = ServiceNames.Of(id.Value) };
        SpecValidator.Check(spec);
        var meta = ObjectMeta.New(manager.Time.GetUtcNow());
        var service = new Service { Id = id, Meta = meta, Spec = spec, RegistryAuth = registryAuth };
        DependencyValidator.CheckRing(service, manager.Store.Current);
        return service;
    }

    private static ImmutableArray<Change> Creation(Service service) =>
    [
        Change.Create(service),
        Change.Create(new ServiceRevision
        {
            ServiceId = service.Id, Meta = service.Meta, Number = service.Revision, Spec = service.Spec,
        }),
    ];

    private static void Require(Refusal? refusal, Service service)
    {
        if (refusal?.Kind == RefusalKind.NameTaken)
            throw ApiException.Conflict(
                $"name conflicts with an existing object: service {service.Spec.Name} already exists");
        Invariant.Require(refusal is null, $"nothing refuses a new service, but {refusal?.Kind} {refusal?.Subject}");
    }

    /// <param name="registryAuth">null = keep the stored one</param>
    public static Task UpdateAsync(
        ManagerServices manager, ServiceVersion target, ServiceSpec spec, string? registryAuth, CancellationToken ct)
    {
        SpecValidator.Check(spec with { Name = spec.Name.Length == 0 ? "kept" : spec.Name });
        return ReplaceAsync(manager, target, (_, old) => Changed(old, spec, registryAuth), ct);
    }

    /// <summary>The previous spec becomes the current one and the other way round.</summary>
    public static Task RollBackAsync(ManagerServices manager, ServiceVersion target, CancellationToken ct)
    {
        var status = new UpdateStatus
        {
            State = UpdateState.RollbackStarted,
            StartedAt = manager.Time.GetUtcNow(),
            Message = "manually requested rollback",
        };
        return ReplaceAsync(manager, target, (state, old) => old with
        {
            Spec = Previous(state, old).Spec,
            UpdateStatus = status,
        }, ct);
    }

    public static Task RemoveAsync(ManagerServices manager, string name, CancellationToken ct) =>
        manager.UntilAcceptedAsync(state => [Change.Delete(Lookups.Service(state, name))], ct);

    private static Service Changed(Service old, ServiceSpec spec, string? registryAuth)
    {
        var name = spec.Name.Length == 0 ? old.Spec.Name : spec.Name;
        if (name != old.Spec.Name)
            throw ApiException.NotImplemented("renaming services is not supported");
        if (spec.Mode.Kind != old.Spec.Mode.Kind)
            throw ApiException.NotImplemented("service mode change is not allowed");
        return old with
        {
            Spec = spec with { Name = name },
            UpdateStatus = null,
            RegistryAuth = registryAuth ?? old.RegistryAuth,
        };
    }

    private static ServiceRevision Previous(StateSnapshot state, Service service) =>
        service.PreviousRevision is { } number && state.Revision(service.Id, number) is { } revision
            ? revision
            : throw ApiException.Bad($"service {service.Id} does not have a previous spec");

    /// <summary>
    /// Stores the new state of the service as its next revision. The caller's version must be the stored one when this
    /// is applied; only a revision that is cleaned up meanwhile makes it try again.
    /// </summary>
    private static async Task ReplaceAsync(
        ManagerServices manager, ServiceVersion target, Func<StateSnapshot, Service, Service> change,
        CancellationToken ct)
    {
        await manager.UntilAcceptedAsync(state =>
        {
            var old = Lookups.Service(state, target.Name);
            if (old.Meta.Version != target.Version)
                throw ApiException.OutOfSequence();
            var next = change(state, old);
            DependencyValidator.CheckRing(next, state);
            return NextRevision(state, old, next, manager.Time.GetUtcNow());
        }, ct);
    }

    private static IEnumerable<Change> NextRevision(StateSnapshot state, Service old, Service next, DateTimeOffset now)
    {
        var revision = new ServiceRevision
        {
            ServiceId = old.Id, Meta = ObjectMeta.New(now), Number = old.Revision + 1, Spec = next.Spec,
        };
        var same = TemplateIdentity.Find(state, old.Id, next.Spec);
        yield return Change.Update(next with
        {
            Meta = old.Meta.Touched(now),
            Revision = revision.Number,
            TemplateRevision = same?.Number ?? revision.Number,
            PreviousRevision = old.Revision,
        });
        yield return Change.Create(revision);
        if (same is not null)
            yield return Change.Require(same);
    }
}

/// <summary>The service to change, as the caller last saw it.</summary>
/// <param name="Name">id, name or the beginning of an id</param>
internal readonly record struct ServiceVersion(string Name, ulong Version);
