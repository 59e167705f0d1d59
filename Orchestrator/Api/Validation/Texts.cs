using System.Text;

namespace Orchestrator.Api.Validation;

/// <summary>Checks of simple texts. Arguments, files and environments of Linux end at a zero byte.</summary>
internal static class Texts
{
    public static void Labels(string field, IReadOnlyDictionary<string, string> labels)
    {
        var bytes = 0L;
        foreach (var (name, value) in labels)
        {
            if (name.Length == 0)
                throw ApiException.Bad($"{field}: a label has no name");
            NoZero(field, name);
            NoZero(field, value);
            bytes += Encoding.UTF8.GetByteCount(name) + Encoding.UTF8.GetByteCount(value);
        }
        if (bytes > Limits.LabelBytes)
            throw ApiException.Bad($"{field}: {bytes} bytes of labels are more than the limit of {Limits.LabelBytes}");
    }

    public static void NoZero(string field, string text)
    {
        if (text.Contains('\0'))
            throw ApiException.Bad($"{field}: a text holds a zero character");
    }

    public static void NoZero(string field, ImmutableArray<string> texts)
    {
        foreach (var text in texts)
            NoZero(field, text);
    }

    /// <summary>Names without spaces and the like: capabilities, sysctls, limits.</summary>
    public static void Word(string field, string text)
    {
        if (text.Length == 0 || text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)))
            throw ApiException.Bad($"{field}: '{text}' is no name");
    }
}
