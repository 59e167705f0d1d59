using System.Globalization;

namespace Orchestrator.Cli.Commands;

internal static class Invariantly
{
    public static string Text(ulong number) => number.ToString(CultureInfo.InvariantCulture);
}
