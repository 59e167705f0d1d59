using System.Buffers;

namespace Orchestrator.Cli.Syntax;

internal static class DecimalText
{
    public static SearchValues<char> Characters { get; } = SearchValues.Create("0123456789.");
}
