namespace Orchestrator.Scheduling.Expressions;

public enum ExpressionOperator
{
    /// <summary><c>==</c>, <c>in</c></summary>
    AnyOf,

    /// <summary><c>!=</c>, <c>notin</c></summary>
    NoneOf,

    /// <summary><c>&gt;</c></summary>
    Above,

    /// <summary><c>&gt;=</c></summary>
    AtLeast,

    /// <summary><c>&lt;</c></summary>
    Below,

    /// <summary><c>&lt;=</c></summary>
    AtMost,

    /// <summary><c>exists</c></summary>
    Exists,

    /// <summary><c>!exists</c></summary>
    Absent,
}

/// <summary>One condition as it was written, <c>key OP value</c>, taken apart.</summary>
/// <param name="Values">one or more; none for <see cref="ExpressionOperator.Exists"/> and its opposite</param>
/// <param name="IsSoft">a wish: dropped when nothing meets it</param>
/// <param name="KeyPosition">in the text, from 1</param>
public sealed record Expression(
    string Text, string Key, int KeyPosition, ExpressionOperator Operator, ImmutableArray<ExpressionValue> Values,
    bool IsSoft);

/// <param name="Position">in the text of the expression, from 1</param>
public readonly record struct ExpressionValue(string Text, int Position);
