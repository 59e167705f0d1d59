namespace Orchestrator.Scheduling.Expressions;

/// <summary>What an expression asks of the values that something has for its key.</summary>
internal sealed class Condition
{
    private readonly ExpressionOperator _operator;
    private readonly ImmutableArray<ValuePattern> _patterns;
    private readonly VersionNumber _bound;

    /// <param name="pattern">makes one of a value</param>
    /// <exception cref="ExpressionException">a value that cannot be compared with</exception>
    public Condition(Expression expression, Func<ExpressionValue, ValuePattern> pattern)
    {
        _operator = expression.Operator;
        if (!IsComparison(_operator))
            _patterns = [.. expression.Values.Select(pattern)];
        else if (!VersionNumber.TryParse(expression.Values[0].Text, out _bound))
            throw new ExpressionException(expression.Text, expression.Values[0].Position,
                "expected a number or a version, as in kernelversion>=6.1");
    }

    /// <param name="values">none: what the key names is missing, which only the negative operators like</param>
    public bool Holds(ReadOnlySpan<string> values)
    {
        switch (_operator)
        {
            case ExpressionOperator.Exists:
                return !values.IsEmpty;
            case ExpressionOperator.Absent:
                return values.IsEmpty;
            default:
                var found = false;
                foreach (var value in values)
                    found |= IsMet(value);
                return found != (_operator == ExpressionOperator.NoneOf);
        }
    }

    private bool IsMet(string value)
    {
        if (!IsComparison(_operator))
            return _patterns.Any(pattern => pattern.Matches(value));
        return VersionNumber.TryParse(value, out var actual) && actual.CompareTo(_bound) is var order
            && _operator switch
            {
                ExpressionOperator.Above => order > 0,
                ExpressionOperator.AtLeast => order >= 0,
                ExpressionOperator.Below => order < 0,
                _ => order <= 0,
            };
    }

    private static bool IsComparison(ExpressionOperator operation) => operation is ExpressionOperator.Above
        or ExpressionOperator.AtLeast or ExpressionOperator.Below or ExpressionOperator.AtMost;
}
