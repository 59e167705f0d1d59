using System.CommandLine;

namespace Orchestrator.Cli;

/// <summary>
/// Options as the commands declare them. Values stay text until the command reads them, so that every error can say
/// which flag it is about and what it should look like.
/// </summary>
internal static class Flag
{
    /// <param name="name">with its dashes</param>
    /// <param name="value">what stands for the value in help</param>
    public static Option<string> Text(string name, string description, string value = "string", string? alias = null) =>
        new(name, Aliases(alias)) { Description = description, HelpName = value };

    /// <summary>May be given again.</summary>
    public static Option<string[]> List(string name, string description, string value = "list", string? alias = null) =>
        new(name, Aliases(alias)) { Description = description, HelpName = value };

    public static Option<bool> Switch(string name, string description, string? alias = null) =>
        new(name, Aliases(alias)) { Description = description };

    public static Option<string> Format(
        string lists = "table, json, or a template like '{{.Name}}'", string? alias = null) =>
        Text("--format", "How to print: " + lists, "format", alias);

    public static Option<string[]> Filter(string keys) =>
        List("--filter", $"Only what matches, key=value: {keys}", "filter", "-f");

    public static Option<bool> Quiet(string description = "Only print ids") => Switch("--quiet", description, "-q");

    public static Option<bool> NoTrunc() => Switch("--no-trunc", "Print ids and texts in full");

    public static Option<bool> NoResolve() => Switch("--no-resolve", "Print ids instead of names");

    private static string[] Aliases(string? alias) => alias is null ? [] : [alias];
}
