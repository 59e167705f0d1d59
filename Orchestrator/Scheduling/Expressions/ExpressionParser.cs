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

    /// <summary>Whether the text can stand before an operator.</summary>
    public static bool IsKey(string text) => text.Length > 0 && !text.Any(EndsKey);

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
        var hasValues = operation is not (ExpressionOperator.Exists or ExpressionOperator.Absent);
        ImmutableArray<ExpressionValue> values = !hasValues ? [] : isWord ? ReadList() : [ReadValue(isSoft)];
        SkipSpace();
        return IsAtEnd
            ? new Expression(text, key, keyPosition, operation, values, isSoft)
            : throw Wrong("nothing more is expected here");
    }

    private string ReadKey()
    {
        var begin = _at;
        while (!IsAtEnd && !EndsKey(text[_at]))
            _at++;
        return _at > begin ? text[begin.._at] : throw Wrong("expected a key, as in node.labels.zone==a");
    }

    private static bool EndsKey(char character) => char.IsWhiteSpace(character) || KeyEnds.Contains(character);

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
        throw Wrong($"expected an operator: {Operators}{(Follows("=") ? "; for equal write ==" : "")}");
    }

    private ExpressionValue ReadValue(bool isSoft)
    {
        var value = text[_at..].TrimEnd();
        if (value.Length == 0)
            throw Wrong("no value after the operator");
        if (value[0] != '/' && value.IndexOf('=') is >= 0 and var at)
            throw Wrong("more than one operator", _at + at);
        if (isSoft && value[0] == '~')
            throw Wrong("a second ~");
        var position = _at + 1;
        _at = text.Length;
        return new ExpressionValue(value, position);
    }

    private ImmutableArray<ExpressionValue> ReadList()
    {
        if (!TrySkip("("))
            throw Wrong("expected a list, as in zone in (a, b)");
        var values = ImmutableArray.CreateBuilder<ExpressionValue>();
        do
        {
            if (values.Count == MaxValues)
                throw Wrong($"a list has at most {MaxValues} values");
            values.Add(ReadItem());
        }
        while (TrySkip(","));
        return TrySkip(")") ? values.ToImmutable() : throw Wrong("the list has no end: expected )");
    }

    /// <summary>A regular expression ends where it can: at a slash in front of what ends an item.</summary>
    private ExpressionValue ReadItem()
    {
        SkipSpace();
        var begin = _at;
        var isRegex = !IsAtEnd && text[_at] == '/';
        while (!IsAtEnd && !(text[_at] is ',' or ')' && (!isRegex || EndsWithSlash(begin))))
            _at++;
        var value = text[begin.._at].TrimEnd();
        return value.Length > 0
            ? new ExpressionValue(value, begin + 1)
            : throw Wrong("a list has no empty values", begin);
    }

    private bool EndsWithSlash(int begin) => text.AsSpan(begin.._at).TrimEnd() is [_, .., '/'];

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
