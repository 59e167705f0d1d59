namespace Orchestrator.Cli.Rendering;

/// <summary>A template is wrong.</summary>
/// <param name="position">character of the template, from 1</param>
public sealed class TemplateException(string message, int position) : Exception(message)
{
    public int Position { get; } = position;
}
