using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Orchestrator.Api.Validation;
using Orchestrator.Primitives;

namespace Orchestrator.Api.Http;

/// <summary>What is the same for every request: headers, the version in the path, errors as answers.</summary>
internal sealed partial class RequestGate(RequestDelegate next, ApiContext context, BodyPlaces bodies, ILogger logger)
{
    private readonly string _server = $"swarmnet/{context.Node.Engine.DaemonVersion} (linux)";

    public async Task InvokeAsync(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers["Api-Version"] = ApiVersions.Text(ApiVersions.Newest);
        headers["Docker-Experimental"] = "false";
        headers["Ostype"] = "linux";
        headers.Server = _server;
        try
        {
            ApiVersions.Take(http.Request.Path.Value ?? "/", out var rest, out var minor);
            http.Request.Path = rest;
            http.Features.Set(new RequestVersion(minor));
            http.Features.Set(bodies);
            await next(http);
        }
        catch (Exception e) when (!http.RequestAborted.IsCancellationRequested)
        {
            await AnswerAsync(http, e);
        }
        catch (OperationCanceledException)
        {
            // The client is gone: nobody is left to answer.
        }
    }

    private async Task AnswerAsync(HttpContext http, Exception error)
    {
        if (http.Response.HasStarted)
        {
            LogCutOff(error, http.Request.Method, http.Request.Path);
            http.Abort();
            return;
        }
        if (StatusOf(error) is { } status)
        {
            await Respond.ErrorAsync(http, status, MessageOf(error));
            return;
        }
        LogFailed(error, http.Request.Method, http.Request.Path);
        await Respond.ErrorAsync(http, StatusCodes.Status500InternalServerError,
            $"internal error ({error.GetType().Name}): the daemon's log has the details");
    }

    private static int? StatusOf(Exception error) => error switch
    {
        ApiException api => api.Status,
        BadHttpRequestException bad => bad.StatusCode,
        ProposalException { Failure: ProposalFailure.TooLarge } => StatusCodes.Status413PayloadTooLarge,
        ProposalException { Failure: ProposalFailure.NoLeader } => StatusCodes.Status500InternalServerError,
        ProposalException or OperationCanceledException => StatusCodes.Status503ServiceUnavailable,
        _ => null,
    };

    private static string MessageOf(Exception error) => error switch
    {
        ProposalException { Failure: ProposalFailure.NoLeader } => $"{NodeRefusals.NoLeader} ({error.Message})",
        OperationCanceledException => "the daemon is stopping: try again",
        _ => error.Message,
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    private partial void LogFailed(Exception error, string method, PathString path);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Method} {Path} failed when half of the answer was sent")]
    private partial void LogCutOff(Exception error, string method, PathString path);
}

/// <summary>The API version a request names, as its minor number.</summary>
internal sealed record RequestVersion(int Minor);
