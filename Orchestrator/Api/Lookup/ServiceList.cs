using Microsoft.AspNetCore.Http;
using Orchestrator.Api.Http;
using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Api.Lookup;

internal static class ServiceList
{
    public static IEnumerable<Service> Find(StateSnapshot state, HttpContext http)
    {
        var filters = ListFilters.Of(http, "id", "name", "label", "mode", "runtime");
        return state.Services.Values.Where(service =>
            filters.AnyPrefix("id", service.Id.Value)
            && filters.AnyPrefix("name", service.Spec.Name)
            && filters.Labels("label", service.Spec.Labels)
            && filters.Any("mode", mode => mode == Word(service.Spec.Mode.Kind))
            && filters.Any("runtime", runtime => runtime == "container"));
    }

    private static string Word(ModeKind kind) => kind switch
    {
        ModeKind.Replicated => "replicated",
        ModeKind.Global => "global",
        ModeKind.ReplicatedJob => "replicated-job",
        ModeKind.GlobalJob => "global-job",
    };
}
