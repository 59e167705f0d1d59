using System.Globalization;
using Microsoft.AspNetCore.Http;
using Orchestrator.Api.Http;
using Orchestrator.Model;

namespace Orchestrator.Api.Logs;

internal static class LogRequestReader
{
    /// <exception cref="ApiException">arguments that have no meaning, in Docker's words</exception>
    public static LogOptions Options(HttpContext http)
    {
        var options = new LogOptions
        {
            Stdout = http.Flag("stdout"),
            Stderr = http.Flag("stderr"),
            Follow = http.Flag("follow"),
            Since = Since(http.Argument("since")),
            Tail = Tail(http.Argument("tail")),
        };
        return options.Stdout || options.Stderr
            ? options
            : throw Failed("Bad parameters: you must choose at least one stream");
    }

    private static int Tail(string text)
    {
        if (text is "" or "all")
            return -1;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var lines)
            ? lines
            : throw Failed("tail value must be a positive integer or \"all\"");
    }

    /// <summary>Unix seconds with up to nine digits behind the point; 0 and nothing = no limit.</summary>
    private static DateTimeOffset? Since(string text)
    {
        if (text is "" or "0")
            return null;
        var style = NumberStyles.AllowDecimalPoint;
        var valid = decimal.TryParse(text, style, CultureInfo.InvariantCulture, out var seconds)
            && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds();
        return valid
            ? DateTimeOffset.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond))
            : throw Failed($"invalid value for since: '{text}' is no unix time in seconds");
    }

    /// <summary>Docker answers 500 to these.</summary>
    private static ApiException Failed(string message) => new(StatusCodes.Status500InternalServerError, message);
}
