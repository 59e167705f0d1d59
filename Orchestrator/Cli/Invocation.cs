using System.CommandLine;
using System.Globalization;
using Orchestrator.Cli.Client;
using Orchestrator.Cli.Syntax;

namespace Orchestrator.Cli;

/// <summary>One run of one command: its flags, its arguments, the daemon and the terminal.</summary>
internal sealed class Invocation(
    CliCommand command, ParseResult parsed, CliEnvironment environment, ApiAddress address) : IDisposable
{
    private ApiClient? _client;

    public CliEnvironment Environment => environment;

    public TextWriter Out => environment.Out;

    public TextWriter Error => environment.Error;

    public ApiAddress Address => address;

    public DateTimeOffset Now => environment.Clock.GetUtcNow();

    /// <summary>Opened at the first use.</summary>
    public ApiClient Api => _client ??= new ApiClient(address, environment.Clock);

    public IReadOnlyList<string> Arguments => parsed.GetValue<string[]>(CliCommand.ArgumentsName) ?? [];

    public bool Has(string flag) => parsed.GetResult(flag) is { } result && result.Tokens.Count > 0;

    public bool IsOn(string flag) => parsed.GetValue<bool>(flag);

    /// <summary>null when it was not given.</summary>
    public string? Text(string flag) => parsed.GetValue<string>(flag);

    public IReadOnlyList<string> List(string flag) => parsed.GetValue<string[]>(flag) ?? [];

    public T? Parse<T>(string flag, Func<string, T> parse)
        where T : struct => Text(flag) is { } text ? Read(flag, text, parse) : null;

    public IReadOnlyList<T> ParseEach<T>(string flag, Func<string, T> parse) =>
        List(flag).Select(text => Read(flag, text, parse)).ToList();

    public ulong? Count(string flag) => Parse(flag, ParseCount);

    public static ulong ParseCount(string text) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException($"\"{text}\" is not a whole number from 0");

    /// <summary>One of a few words; null when it was not given.</summary>
    public string? Choice(string flag, params string[] allowed)
    {
        if (Text(flag) is not { } text || allowed.Contains(text, StringComparer.Ordinal))
            return Text(flag);
        var hint = Suggestions.DidYouMean(text, allowed);
        throw CliException.Usage($"{flag} {text}: use one of {string.Join(", ", allowed)}", InCommand, hint);
    }

    /// <summary>What --filter asks for.</summary>
    /// <param name="allowed">keys this list understands; empty = leave that to the server</param>
    public IReadOnlyList<KeyValuePair<string, string>> Filters(params string[] allowed) =>
        ParseEach("--filter", text => FilterSyntax.Parse(text, allowed));

    /// <summary>Runs a parser and says which flag its complaint is about.</summary>
    public T Read<T>(string flag, string text, Func<string, T> parse)
    {
        try
        {
            return parse(text);
        }
        catch (FormatException e)
        {
            throw CliException.Usage(
                $"bad {flag}: {e.Message}", $"in {flag} {text}", $"See: swarmnet {command.Path} --help");
        }
    }

    private string InCommand => $"in \"swarmnet {command.Path}\"";

    public void Dispose() => _client?.Dispose();
}
