using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Orchestrator.Primitives;

/// <summary>Checks that stay on in production: a broken invariant stops the work instead of spreading.</summary>
public static class Invariant
{
    /// <exception cref="InvariantException">when <paramref name="condition"/> is false</exception>
    public static void Require(
        [DoesNotReturnIf(false)] bool condition,
        string message,
        [CallerArgumentExpression(nameof(condition))] string expression = "")
    {
        if (!condition)
            throw new InvariantException($"{message} (broken: {expression})");
    }
}

/// <summary>Something that cannot happen did. Nobody catches it but the top of a loop and Program.</summary>
public sealed class InvariantException(string message) : Exception(message);
