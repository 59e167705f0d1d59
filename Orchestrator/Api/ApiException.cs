using Microsoft.AspNetCore.Http;

namespace Orchestrator.Api;

/// <summary>The answer to a request that is refused: a status from 400 up and a text for the user.</summary>
public sealed class ApiException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;

    public static ApiException Bad(string message) => new(StatusCodes.Status400BadRequest, message);

    public static ApiException Missing(string message) => new(StatusCodes.Status404NotFound, message);

    public static ApiException Conflict(string message) => new(StatusCodes.Status409Conflict, message);

    public static ApiException NotImplemented(string message) => new(StatusCodes.Status501NotImplemented, message);

    public static ApiException Unavailable(string message) => new(StatusCodes.Status503ServiceUnavailable, message);

    /// <summary>Docker answers 500 here, and scripts look for exactly these words.</summary>
    public static ApiException OutOfSequence() =>
        new(StatusCodes.Status500InternalServerError, "update out of sequence");
}
