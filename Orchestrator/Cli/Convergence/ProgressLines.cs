namespace Orchestrator.Cli.Convergence;

/// <param name="Bars">a bar for each slot that has nothing to explain</param>
/// <param name="MaxSlots">more slots than this are summed up</param>
/// <param name="Width">longer lines are cut; 0 = never</param>
internal sealed record LineStyle(bool Bars, bool Colour, int MaxSlots, int Width)
{
    public static LineStyle Plain { get; } = new(false, false, 20, 0);
}

/// <summary>How far a service is, as lines of text. Pure.</summary>
internal static class ProgressLines
{
    private const int BarWidth = 40;
    private const int MaxStuck = 5;
    private const string Green = "\e[32m";
    private const string Yellow = "\e[33m";
    private const string Reset = "\e[0m";

    public static IReadOnlyList<string> Render(Observation service, Progress progress, Verdict verdict, LineStyle style)
    {
        var many = progress.Slots.Count > style.MaxSlots;
        var slots = many ? progress.Slots.Where(slot => slot.Reason.Length > 0).Take(MaxStuck) : progress.Slots;
        var noun = service.IsJob ? "tasks completed" : "tasks";
        List<string> lines = [$"overall progress: {progress.Done} out of {progress.Total} {noun}"];
        if (service.UpdateState is "rollback_started")
            lines.Add($"rollback: {service.UpdateMessage}");
        var width = progress.Slots.Count == 0 ? 0 : progress.Slots.Max(slot => slot.Label.Length);
        lines.AddRange(slots.Select(slot => Line(slot, width, style)));
        if (Closing(service, verdict) is { } closing)
            lines.Add(closing);
        return lines.Select(line => Cut(line, style)).ToList();
    }

    private static string? Closing(Observation service, Verdict verdict) => verdict.Kind switch
    {
        VerdictKind.Verifying => "verify: waiting to see that it stays so",
        VerdictKind.Converged => $"verify: service {service.Name} {(service.IsJob ? "completed" : "converged")}",
        VerdictKind.Waiting or VerdictKind.Paused or VerdictKind.RolledBack => null,
    };

    private static string Line(SlotProgress slot, int width, LineStyle style)
    {
        var label = style.Bars ? slot.Label.PadRight(width) : slot.Label;
        if (slot.Reason.Length > 0)
            return $"{label}: {Paint(slot.State, Yellow, style)}: {slot.Reason}";
        return style.Bars ? $"{label}: {PaddedState(slot.State, style)} {Bar(slot.State)}" : $"{label}: {slot.State}";
    }

    private static string PaddedState(string state, LineStyle style) =>
        state is "running" or "complete" ? Paint(state.PadRight(9), Green, style) : state.PadRight(9);

    private static string Bar(string state)
    {
        var steps = ProgressEvaluator.Rank("running");
        var filled = Math.Clamp(ProgressEvaluator.Rank(state), 0, steps) * BarWidth / steps;
        return $"[{new string('=', filled)}{(filled > 0 ? ">" : " ")}{new string(' ', BarWidth - filled)}]";
    }

    private static string Paint(string text, string colour, LineStyle style) =>
        style.Colour ? colour + text + Reset : text;

    /// <summary>A line that wraps would break the redrawing.</summary>
    private static string Cut(string line, LineStyle style)
    {
        if (style.Width <= 0)
            return line;
        var shown = 0;
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '\e')
                i = line.IndexOf('m', i);
            else if (++shown >= style.Width)
                return line[..i] + "…" + (style.Colour ? Reset : "");
        }
        return line;
    }
}
