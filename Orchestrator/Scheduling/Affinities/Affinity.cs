using System.Diagnostics.CodeAnalysis;
using Orchestrator.Scheduling.Expressions;

namespace Orchestrator.Scheduling.Affinities;

/// <summary>What tasks are told by.</summary>
internal enum AffinityKey
{
    /// <summary>Name or id of their service, or <c>self</c>.</summary>
    Service,

    /// <summary>Their stack, or <c>self</c>.</summary>
    Stack,

    /// <summary>A label of theirs or of their service.</summary>
    Label,

    /// <summary>Their own name or id, or those of their container.</summary>
    Task,

    /// <summary>Nothing of a task: an image that is present on the node.</summary>
    Image,
}

/// <summary>
/// A condition on what is on a node, or near it: <c>service==cache</c>, <c>service!=~self</c>,
/// <c>com.example.tier==frontend @ node.labels.zone</c>.
/// </summary>
public sealed class Affinity
{
    private const string Self = "self";
    private const char TopologySign = '@';

    private readonly Condition _condition;

    private Affinity(string text)
    {
        var (expression, topology) = TakeApart(text);
        (Text, IsSoft, Topology) = (text, expression.IsSoft, topology);
        Key = expression.Key switch
        {
            "service" => AffinityKey.Service,
            "stack" => AffinityKey.Stack,
            "task" or "container" => AffinityKey.Task,
            "image" => AffinityKey.Image,
            _ => AffinityKey.Label,
        };
        if (Key == AffinityKey.Label && NodeAttribute.IsPrefixed(expression.Key))
            throw new ExpressionException(text, expression.KeyPosition,
                $"'{expression.Key}' is of nodes, and belongs in a constraint or behind @");
        Label = Key == AffinityKey.Stack ? StackLabel : expression.Key;
        IsNegative = expression.Operator is ExpressionOperator.NoneOf or ExpressionOperator.Absent;
        NamesSelf = Key is AffinityKey.Service or AffinityKey.Stack
            && expression.Values.Any(value => value.Text == Self);
        var affirmed = Affirmed(expression);
        PlainValue = affirmed is { Operator: ExpressionOperator.AnyOf, Values: [var only] }
            && ValuePattern.IsPlain(only.Text) ? only.Text : null;
        _condition = new Condition(affirmed, value => ValuePattern.Parse(expression, value, ignoresCase: false));
    }

    public const string StackLabel = "com.docker.stack.namespace";

    /// <summary>As the user wrote it.</summary>
    public string Text { get; }

    /// <summary>A wish: dropped when no node meets it.</summary>
    public bool IsSoft { get; }

    /// <summary>Met where nothing matches.</summary>
    internal bool IsNegative { get; }

    internal AffinityKey Key { get; }

    /// <summary>Of <see cref="AffinityKey.Label"/> and <see cref="AffinityKey.Stack"/>.</summary>
    internal string Label { get; }

    /// <summary>The service, or the stack, of the task that has the affinity is meant too.</summary>
    internal bool NamesSelf { get; }

    /// <summary>The one value that is meant, when it is one; else null.</summary>
    internal string? PlainValue { get; }

    /// <summary>Nodes with one value of it are one place; null: each node is a place of its own.</summary>
    internal NodeAttribute? Topology { get; }

    /// <param name="error">where it is wrong, and why</param>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out Affinity? affinity, [NotNullWhen(false)] out string? error)
    {
        try
        {
            affinity = new Affinity(text);
            error = null;
            return true;
        }
        catch (ExpressionException e)
        {
            affinity = null;
            error = $"affinity {e.Message}";
            return false;
        }
    }

    /// <summary>Whether one of the values is meant, not looking at <see cref="IsNegative"/>.</summary>
    internal bool Names(ReadOnlySpan<string> values) => _condition.Holds(values);

    private static Expression Affirmed(Expression expression) => expression with
    {
        Operator = expression.Operator switch
        {
            ExpressionOperator.NoneOf => ExpressionOperator.AnyOf,
            ExpressionOperator.Absent => ExpressionOperator.Exists,
            var other => other,
        },
    };

    /// <summary>
    /// The place is behind the last <c>@</c> that has a space before it: values may hold the sign itself.
    /// </summary>
    private static (Expression Expression, NodeAttribute? Topology) TakeApart(string text)
    {
        var at = text.LastIndexOf(TopologySign);
        if (at <= 0 || !char.IsWhiteSpace(text[at - 1]))
            return (new ExpressionParser(text).Parse(), null);
        var key = text[(at + 1)..].Trim();
        if (key.Length == 0)
            throw new ExpressionException(text, at + 2, "expected a key of nodes behind @, as in @ node.labels.zone");
        var topology = ExpressionParser.IsKey(key) ? NodeAttribute.Find(key) : null;
        if (topology is null)
            throw new ExpressionException(text, text.IndexOf(key, at, StringComparison.Ordinal) + 1,
                $"unknown key '{key}'; known are {NodeAttribute.Known}, and for labels of engines also their bare "
                    + "names");
        return (new ExpressionParser(text[..at]).Parse(), topology);
    }
}
