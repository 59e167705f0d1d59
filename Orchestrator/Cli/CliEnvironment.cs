namespace Orchestrator.Cli;

/// <summary>Everything of the machine that a command may see. Tests pass their own.</summary>
public sealed record CliEnvironment
{
    /// <summary>Data.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Talk: progress, warnings, errors.</summary>
    public required TextWriter Error { get; init; }

    public bool OutIsTerminal { get; init; }

    public bool ErrorIsTerminal { get; init; }

    /// <summary>Columns and lines. Asked when needed: the runtime reads the terminal's whole description for
    /// it.</summary>
    public Func<(int Width, int Height)> TerminalSize { get; init; } = () => (80, 24);

    public Func<string, string?> Variable { get; init; } = _ => null;

    public Func<string, string> ReadFile { get; init; } = path =>
        throw new FileNotFoundException($"no such file: {path}");

    /// <summary>Bytes that are piped in.</summary>
    public Func<Stream> OpenInput { get; init; } = () => Stream.Null;

    /// <summary>For bytes instead of <see cref="Out"/>.</summary>
    public Func<Stream> OpenOutput { get; init; } = () => Stream.Null;

    /// <summary>Asks for something that the terminal does not show; null without a terminal to ask at.</summary>
    public Func<string, string?> AskSecret { get; init; } = _ => null;

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Whether Ctrl-C and SIGTERM are turned into cancellation. Off in tests.</summary>
    public bool HandleSignals { get; init; }

    /// <summary>Colour and redrawing are for people: a terminal without NO_COLOR (https://no-color.org) and not a dumb
    /// one.</summary>
    public bool OutIsColoured => OutIsTerminal && ColourAllowed;

    public bool ErrorIsColoured => ErrorIsTerminal && ColourAllowed;

    private bool ColourAllowed => string.IsNullOrEmpty(Variable("NO_COLOR")) && !IsDumb;

    public bool IsDumb => Variable("TERM") is "dumb";

    /// <summary>The real process.</summary>
    public static CliEnvironment OfProcess() => new()
    {
        Out = Writer(Console.OpenStandardOutput()),
        // Console.Error would look up the encoding of the locale first, which no reader of ours needs.
        Error = TextWriter.Synchronized(new StreamWriter(Console.OpenStandardError()) { AutoFlush = true }),
        OutIsTerminal = !Console.IsOutputRedirected,
        ErrorIsTerminal = !Console.IsErrorRedirected,
        TerminalSize = () => (Size(() => Console.WindowWidth, 80), Size(() => Console.WindowHeight, 24)),
        Variable = Environment.GetEnvironmentVariable,
        ReadFile = File.ReadAllText,
        OpenInput = Console.OpenStandardInput,
        OpenOutput = Console.OpenStandardOutput,
        AskSecret = SecretPrompt.Ask,
        HandleSignals = true,
    };

    private static StreamWriter Writer(Stream stream) => new(stream) { AutoFlush = false };

    private static int Size(Func<int> ask, int fallback)
    {
        try
        {
            var size = ask();
            return size > 0 ? size : fallback;
        }
        catch (IOException)
        {
            return fallback;
        }
    }
}
