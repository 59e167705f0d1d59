using System.Buffers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Orchestrator.Api.Contracts;
using Orchestrator.Api.Doctor;
using Orchestrator.Api.Http;
using Orchestrator.Api.Mapping;
using Orchestrator.Api.Validation;
using Orchestrator.Security;
using Orchestrator.Serialization;
using Orchestrator.Store;

namespace Orchestrator.Api.Endpoints;

/// <summary>
/// For operators: what is wrong, the cluster's state out to a file and back, and a new key for a manager's log.
/// </summary>
internal sealed class RecoveryEndpoints(ApiContext context)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/swarmnet/v1/doctor", DiagnoseAsync).AnswersAlways();
        routes.MapPost("/swarmnet/v1/backup", BackupAsync).OnlyReads();
        routes.MapPost("/swarmnet/v1/restore", RestoreAsync).AnswersAlways();
        routes.MapPost("/swarmnet/v1/rotate-key", RotateKeyAsync);
    }

    private async Task DiagnoseAsync(HttpContext http)
    {
        var facts = await context.Node.ExamineAsync(http.RequestAborted);
        IReadOnlyList<FindingDto> findings = [.. Diagnosis.Of(facts).Select(FindingMapper.Write)];
        await Respond.JsonAsync(http, findings, WireJson.Default.IReadOnlyListFindingDto);
    }

    /// <summary>
    /// As of a moment after the request came; with <c>consistency=stale</c> as this manager knows it, leader or not.
    /// </summary>
    private async Task BackupAsync(HttpContext http)
    {
        var manager = context.RequireManager();
        var request = await RequestBody.ReadAsync(http, WireJson.Default.BackupRequestDto);
        var passphrase = Passphrases.ForNew(request.Passphrase);
        var content = new ArrayBufferWriter<byte>();
        MessagePackSerializer.Serialize(content, BackupImage.Of(manager.Store.Current, manager.Time.GetUtcNow()));
        if (content.WrittenCount > RestoreCommand.MostBytes)
            throw new ApiException(StatusCodes.Status500InternalServerError, "the cluster's state is larger than "
                + $"{RestoreCommand.MostBytes >> 20} MiB, which is the limit of a backup: copy a manager's data "
                + "directory instead, while its daemon does not run");
        using var key = BackupKey.Create(passphrase, manager.Ids.Fill);
        http.Response.ContentType = "application/octet-stream";
        await BackupFile.WriteAsync(http.Response.Body, content.WrittenMemory, key, http.RequestAborted);
    }

    /// <summary>Of this manager alone: each has a key of its own.</summary>
    private async Task RotateKeyAsync(HttpContext http) =>
        await context.RequireManager().Group.RotateKeyAsync(http.RequestAborted);

    private async Task RestoreAsync(HttpContext http)
    {
        NodeRefusals.RequireOutside(context.Node.Status);
        // Whoever reads it counts the bytes.
        http.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        var request = await RestoreRequestReader.ReadAsync(http.Request.Body, http.RequestAborted);
        var restored = await context.Node.RestoreAsync(request, http.Request.Body, http.RequestAborted);
        var dto = new RestoreResponseDto
        {
            NodeId = restored.NodeId.Value,
            TakenAt = restored.TakenAt,
            Services = restored.Services,
            FormerManagers = restored.FormerManagers,
        };
        await Respond.JsonAsync(http, dto, WireJson.Default.RestoreResponseDto);
    }
}
