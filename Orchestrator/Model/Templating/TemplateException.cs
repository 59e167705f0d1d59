namespace Orchestrator.Model.Templating;

/// <summary>A template cannot be understood or filled in. The message is for the user.</summary>
/// <param name="position">index of the character it is about, from 0</param>
public sealed class TemplateException(string problem, int position)
    : Exception($"{problem} (at character {position + 1})")
{
    /// <summary>From 0.</summary>
    public int Position { get; } = position;

    /// <summary>The message without its position.</summary>
    public string Problem { get; } = problem;
}
