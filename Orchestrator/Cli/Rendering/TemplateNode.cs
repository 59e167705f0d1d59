namespace Orchestrator.Cli.Rendering;

/// <summary>A part of a parsed template.</summary>
internal abstract record TemplateNode;

internal sealed record TextNode(string Text) : TemplateNode;

/// <summary><c>{{pipeline}}</c>.</summary>
internal sealed record OutputNode(TemplateExpression Value) : TemplateNode;

internal enum BlockKind
{
    If,
    Range,
    With,
}

/// <summary><c>{{if x}}…{{else}}…{{end}}</c>, and range and with, which also move the dot.</summary>
internal sealed record BlockNode(
    BlockKind Kind,
    TemplateExpression Condition,
    IReadOnlyList<TemplateNode> Then,
    IReadOnlyList<TemplateNode> Else) : TemplateNode
{
    /// <summary>Names of <c>{{range $key, $value := …}}</c>, outermost first; the last one is the value.</summary>
    public IReadOnlyList<string> Variables { get; init; } = [];
}

/// <summary>Something with a value. <paramref name="Position"/> counts characters of the template from 1.</summary>
internal abstract record TemplateExpression(int Position);

internal sealed record LiteralExpression(object Value, int Position) : TemplateExpression(Position);

/// <summary><c>.A.B</c> of the dot, of <c>$</c>, or of a variable.</summary>
/// <param name="Root">null = the dot; "" = <c>$</c>; otherwise the variable's name</param>
internal sealed record FieldExpression(string? Root, IReadOnlyList<string> Path, int Position)
    : TemplateExpression(Position);

/// <summary><c>name a b</c>; in a pipe the value on the left is the last argument.</summary>
internal sealed record CallExpression(string Function, IReadOnlyList<TemplateExpression> Arguments, int Position)
    : TemplateExpression(Position);

/// <summary><c>(…).A.B</c>.</summary>
internal sealed record MemberExpression(TemplateExpression Of, IReadOnlyList<string> Path, int Position)
    : TemplateExpression(Position);
