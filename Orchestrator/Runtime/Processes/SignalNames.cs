namespace Orchestrator.Runtime.Processes;

/// <summary>Linux's signals, numbered as on x86-64 and arm64.</summary>
internal static class SignalNames
{
    private const int FirstRealTime = 34;
    private const int LastRealTime = 64;

    private static readonly string[] Names =
    [
        "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1",
        "SEGV", "USR2", "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN",
        "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    ];

    /// <summary>Takes <c>SIGTERM</c>, <c>term</c>, <c>15</c>, <c>SIGRTMIN+3</c>.</summary>
    internal static int? Parse(string text)
    {
        if (int.TryParse(text, out var number))
            return number is > 0 and <= LastRealTime ? number : null;
        var name = text.ToUpperInvariant();
        name = name.StartsWith("SIG", StringComparison.Ordinal) ? name[3..] : name;
        var offset = name.IndexOfAny(['+', '-']);
        if (name.StartsWith("RTM", StringComparison.Ordinal))
            return RealTime(offset < 0 ? name : name[..offset], offset < 0 ? "0" : name[offset..]);
        var index = Array.IndexOf(Names, name);
        return index > 0 ? index : null;
    }

    private static int? RealTime(string name, string offset) =>
        int.TryParse(offset, out var steps) && name is "RTMIN" or "RTMAX"
        && (name == "RTMIN" ? FirstRealTime : LastRealTime) + steps is var number
        && number is >= FirstRealTime and <= LastRealTime
            ? number
            : null;
}
