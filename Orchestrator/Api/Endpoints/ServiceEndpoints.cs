using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orchestrator.Api.Contracts;
using Orchestrator.Api.Http;
using Orchestrator.Api.Lookup;
using Orchestrator.Api.Mapping;
using Orchestrator.Api.Validation;
using Orchestrator.Api.Writes;

namespace Orchestrator.Api.Endpoints;

internal sealed class ServiceEndpoints(ApiContext context)
{
    /// <summary>Base64 of <c>{}</c>: the client has no credentials.</summary>
    private const string NoCredentials = "e30=";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/services", ListAsync);
        routes.MapPost("/services/create", CreateAsync);
        routes.MapGet("/services/{id}", InspectAsync);
        routes.MapPost("/services/{id}/update", UpdateAsync);
        routes.MapDelete("/services/{id}", RemoveAsync);
    }

    private Task ListAsync(HttpContext http)
    {
        var state = context.RequireManager().Store.Current;
        var withStatus = http.Flag("status");
        var defaults = http.Flag("insertDefaults");
        IReadOnlyList<ServiceDto> list =
        [
            .. ServiceList.Find(state, http).Select(service =>
            {
                var dto = ServiceMapper.Write(state, service, defaults);
                dto.ServiceStatus = withStatus ? ServiceMapper.Status(state, service) : null;
                return dto;
            }),
        ];
        return Respond.JsonAsync(http, list, WireJson.Default.IReadOnlyListServiceDto);
    }

    private Task InspectAsync(HttpContext http)
    {
        var state = context.RequireManager().Store.Current;
        var service = Lookups.Service(state, http.RouteText("id"));
        var dto = ServiceMapper.Write(state, service, http.Flag("insertDefaults"));
        return Respond.JsonAsync(http, dto, WireJson.Default.ServiceDto);
    }

    private async Task CreateAsync(HttpContext http)
    {
        var manager = context.RequireManager();
        var spec = ServiceSpecMapper.Read(await RequestBody.ReadAsync(http, WireJson.Default.ServiceSpecDto));
        var id = await ServiceWrites.CreateAsync(manager, spec, RegistryAuth(http) ?? "", http.RequestAborted);
        await Respond.JsonAsync(http, StatusCodes.Status201Created,
            new ServiceCreateResponseDto { Id = id.Value, Warnings = SpecWarnings.Of(spec) },
            WireJson.Default.ServiceCreateResponseDto);
    }

    private async Task UpdateAsync(HttpContext http)
    {
        var manager = context.RequireManager();
        var target = new ServiceVersion(http.RouteText("id"), http.ObjectVersion("service"));
        RequireKnown(http.Argument("registryAuthFrom"), "registryAuthFrom", "spec", "previous-spec");
        RequireKnown(http.Argument("rollback"), "rollback", "previous", "none");
        var body = await RequestBody.ReadAsync(http, WireJson.Default.ServiceSpecDto);
        var answer = new ServiceUpdateResponseDto();
        if (http.Argument("rollback") == "previous")
        {
            await ServiceWrites.RollBackAsync(manager, target, http.RequestAborted);
        }
        else
        {
            var spec = ServiceSpecMapper.Read(body);
            await ServiceWrites.UpdateAsync(manager, target, spec, RegistryAuth(http), http.RequestAborted);
            answer.Warnings = SpecWarnings.Of(spec);
        }
        await Respond.JsonAsync(http, answer, WireJson.Default.ServiceUpdateResponseDto);
    }

    private async Task RemoveAsync(HttpContext http)
    {
        await ServiceWrites.RemoveAsync(context.RequireManager(), http.RouteText("id"), http.RequestAborted);
        await Respond.EmptyAsync(http);
    }

    /// <summary>Null when the request says nothing about credentials: the stored ones stay.</summary>
    private static string? RegistryAuth(HttpContext http)
    {
        var header = http.Request.Headers["X-Registry-Auth"].ToString();
        if (header.Length > Limits.RegistryAuth)
            throw ApiException.Bad($"X-Registry-Auth is longer than the limit of {Limits.RegistryAuth} characters");
        return header switch
        {
            "" => null,
            NoCredentials => "",
            _ => header,
        };
    }

    private static void RequireKnown(string value, string name, params ReadOnlySpan<string> known)
    {
        if (value.Length > 0 && !known.Contains(value))
            throw ApiException.Bad($"unrecognized {name} parameter: '{value}'");
    }
}
