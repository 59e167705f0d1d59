namespace Orchestrator.Security;

internal static class Base36
{
    /// <summary>Exactly <paramref name="length"/> characters of <c>[0-9a-z]</c>.</summary>
    public static bool IsText(string text, int length) =>
        text.Length == length && text.All(c => char.IsAsciiDigit(c) || char.IsAsciiLetterLower(c));
}
