namespace Orchestrator.Scheduling.Expressions;

/// <summary>
/// Takes an expression apart: <c>key == value</c>, <c>!=</c>, their soft forms <c>==~</c> and <c>!=~</c>, <c>&gt;</c>,
/// <c>&gt;=</c>, <c>&lt;</c>, <c>&lt;=</c>, <c>in (a, b)</c>, <c>notin (a, b)</c>, <c>exists</c>, <c>!exists</c>.
/// </summary>
internal sealed class ExpressionParser(string text)
{
    public const int MaxLength = 1024;
    private const int MaxValues = 64;
    private const string KeyEnds = "=!<>~(),";
    private const string Operators = "==, !=, ==~, !=~, >, >=, <, <=, in (…), notin (…), exists, !exists";

    /// <summary>Longer ones before those that they begin with.</summary>
    private static readonly (string Sign, ExpressionOperator Operator)[] Signs =
    [
        ("==", ExpressionOperator.AnyOf), ("!=", ExpressionOperator.NoneOf), (">=", ExpressionOperator.AtLeast),
        ("<=", ExpressionOperator.AtMost), (">", ExpressionOperator.Above), ("<", ExpressionOperator.Below),
    ];

    private static readonly (string Word, ExpressionOperator Operator)[] Words =
    [
        ("in", ExpressionOperator.AnyOf), ("notin", ExpressionOperator.NoneOf), ("exists", ExpressionOperator.Exists),
        ("!exists", ExpressionOperator.Absent),
    ];

    private int _at;

    private bool IsAtEnd => _at == text.Length;

    /// <exception cref="ExpressionException"/>
    public Expression Parse()
    {
        if (text.Length > MaxLength)
            throw new ExpressionException(text[..32] + "…", MaxLength + 1, $"longer than {MaxLength} characters");
        SkipSpace();
        var keyPosition = _at + 1;
        var key = ReadKey();
        SkipSpace();
        var (operation, isWord) = ReadOperator();
        var isSoft = !isWord && operation is ExpressionOperator.AnyOf or ExpressionOperator.NoneOf && TrySkipTilde();
        SkipSpace();
        var valuePosition = _at + 1;
        ImmutableArray<string> values = operation is ExpressionOperator.Exists or ExpressionOperator.Absent ? []
            : isWord ? ReadList()
            : [ReadValue()];
        SkipSpace();
        return IsAtEnd
            ? new Expression(text, key, operation, values, isSoft, keyPosition, valuePosition)
            : throw Wrong("nothing more is expected here");
    }

    private string ReadKey()
    {
        var begin = _at;
        while (!IsAtEnd && !char.IsWhiteSpace(text[_at]) && !KeyEnds.Contains(text[_at]))
            _at++;
        return _at > begin ? text[begin.._at] : throw Wrong("expected a key, as in node.labels.zone==a");
    }

    private (ExpressionOperator Operator, bool IsWord) ReadOperator()
    {
        foreach (var (sign, operation) in Signs)
        {
            if (TrySkip(sign))
                return (operation, false);
        }
        foreach (var (word, operation) in Words)
        {
            if (Follows(word) && IsEndOfWord(_at + word.Length))
            {
                _at += word.Length;
                return (operation, true);
            }
        }
        throw Wrong($"expected an operator: {Operators}");
    }

    private string ReadValue()
    {
        var value = text[_at..].TrimEnd();
        if (value.Length == 0)
            throw Wrong("no value after the operator");
        if (value[0] != '/' && value.IndexOf('=') is >= 0 and var at)
            throw Wrong("more than one operator", _at + at);
        if (value[0] == '~')
            throw Wrong("a second ~");
        _at = text.Length;
        return value;
    }

    private ImmutableArray<string> ReadList()
    {
        if (!TrySkip("("))
            throw Wrong("expected a list, as in zone in (a, b)");
        var close = text.IndexOf(')', _at);
        if (close < 0)
            throw Wrong("the list has no end: expected )", text.Length);
        var values = ImmutableArray.CreateBuilder<string>();
        foreach (var part in text[_at..close].Split(','))
        {
            var value = part.Trim();
            if (value.Length == 0)
                throw Wrong("a list has no empty values");
            if (values.Count == MaxValues)
                throw Wrong($"a list has at most {MaxValues} values");
            values.Add(value);
            _at += part.Length + 1;
        }
        return values.ToImmutable();
    }

    private bool TrySkipTilde()
    {
        SkipSpace();
        return TrySkip("~");
    }

    private bool TrySkip(string sign)
    {
        if (!Follows(sign))
            return false;
        _at += sign.Length;
        return true;
    }

    private bool Follows(string sign) => string.CompareOrdinal(text, _at, sign, 0, sign.Length) == 0;

    private bool IsEndOfWord(int at) => at == text.Length || char.IsWhiteSpace(text[at]) || text[at] == '(';

    private void SkipSpace()
    {
        while (!IsAtEnd && char.IsWhiteSpace(text[_at]))
            _at++;
    }

    private ExpressionException Wrong(string why) => Wrong(why, _at);

    private ExpressionException Wrong(string why, int at) => new(text, at + 1, why);
}
