using System.Diagnostics.CodeAnalysis;
using Orchestrator.Model;

namespace Orchestrator.Scheduling.Expressions;

/// <summary>A condition on a node, <c>node.labels.zone == a</c>.</summary>
public sealed class Constraint
{
    private readonly Expression _expression;
    private readonly NodeAttribute _attribute;
    private readonly Condition _condition;

    private Constraint(Expression expression)
    {
        _expression = expression;
        _attribute = NodeAttribute.Find(expression.Key) ?? throw new ExpressionException(
            expression.Text, expression.KeyPosition, $"unknown key '{expression.Key}'; known are "
                + $"{NodeAttribute.Known}, and for labels of engines also their bare names");
        _condition = new Condition(expression, MakePattern);
    }

    /// <summary>As the user wrote it.</summary>
    public string Text => _expression.Text;

    /// <summary>A wish: dropped when no node meets it.</summary>
    public bool IsSoft => _expression.IsSoft;

    internal Expression Expression => _expression;

    /// <summary>Null when the node does not have what is asked about.</summary>
    public string? ValueOn(Node node) => _attribute.ValueOf(node);

    public bool Holds(Node node)
    {
        var (value, alias) = (_attribute.ValueOf(node), _attribute.Alias(node));
        if (value is null)
            return _condition.Holds([]);
        return alias is null ? _condition.Holds([value]) : _condition.Holds([value, alias]);
    }

    /// <param name="error">where it is wrong, and why</param>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out Constraint? constraint, [NotNullWhen(false)] out string? error)
    {
        try
        {
            constraint = new Constraint(new ExpressionParser(text).Parse());
            error = null;
            return true;
        }
        catch (ExpressionException e)
        {
            constraint = null;
            error = $"constraint {e.Message}";
            return false;
        }
    }

    private ValuePattern MakePattern(ExpressionValue value)
    {
        if (!ValuePattern.IsPlain(value.Text))
            return ValuePattern.Parse(_expression, value, _attribute.IgnoresCase);
        if (!_attribute.IsAddress)
            return ValuePattern.Parse(
                _expression, value with { Text = _attribute.Normalize(value.Text) }, _attribute.IgnoresCase);
        return ValuePattern.ParseNetwork(value.Text) ?? throw new ExpressionException(
            _expression.Text, value.Position, "expected an address or a network, as in node.ip==10.0.0.0/8");
    }
}
