namespace Orchestrator.Scheduling.Expressions;

/// <summary>An expression that means nothing: where, and why.</summary>
/// <param name="position">of the character, from 1</param>
public sealed class ExpressionException(string text, int position, string why)
    : Exception($"'{text}', at character {position}: {why}");
