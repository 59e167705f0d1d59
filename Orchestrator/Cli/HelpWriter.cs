using System.CommandLine;

namespace Orchestrator.Cli;

/// <summary>Help texts: examples first, then what there is.</summary>
internal static class HelpWriter
{
    private const int Indent = 2;

    public static int WriteCommand(TextWriter output, Command command, string path)
    {
        var own = command as CliCommand;
        output.WriteLine(command.Description);
        WriteExamples(output, own?.Examples ?? []);
        output.WriteLine();
        output.WriteLine("Usage:");
        output.WriteLine($"  {path}{(command.Options.Count > 0 ? " [OPTIONS]" : "")} {own?.Usage}".TrimEnd());
        WriteRows(output, "Commands:", command.Subcommands.Where(sub => !sub.Hidden)
            .Select(sub => new KeyValuePair<string, string>(sub.Name, sub.Description ?? "")));
        WriteRows(output, "Options:", command.Options.Where(option => !option.Hidden)
            .OrderBy(option => option.Name, StringComparer.Ordinal).Select(Describe));
        return ExitCode.Ok;
    }

    public static void WriteGroup(TextWriter output, FoundCommand found, IReadOnlyList<Command> hosts)
    {
        var entry = found.Entry;
        var path = found.Path.Length == 0 ? "swarmnet" : $"swarmnet {found.Path}";
        output.WriteLine(entry.Summary);
        if (found.Depth == 0)
            WriteExamples(
                output, ["swarmnet init", "swarmnet service create --name web --replicas 3 nginx",
                    "swarmnet service ps web"]);
        output.WriteLine();
        output.WriteLine("Usage:");
        output.WriteLine($"  {path} COMMAND");
        WriteRows(output, "Commands:", entry.Children.Where(child => !child.Hidden)
            .Select(child => new KeyValuePair<string, string>(child.Name, child.Summary))
            .Concat(hosts.Where(host => !host.Hidden)
                .Select(host => new KeyValuePair<string, string>(host.Name, host.Description ?? ""))));
        if (found.Depth == 0)
            WriteGlobals(output);
        output.WriteLine();
        output.WriteLine($"Run \"{path} COMMAND --help\" for more about a command.");
    }

    private static void WriteGlobals(TextWriter output)
    {
        WriteRows(output, "Options (before the command):",
        [
            new("-H, --host address", "The daemon to talk to: unix:///path.sock or tcp://host:port\n"
                + $"(default {Client.ApiAddress.Default}, or {Client.ApiAddress.Variable})"),
            new("-v, --version", "Print the versions of this command and of the daemon"),
        ]);
        WriteRows(output, "Exit codes:", ExitCode.Table.Select(
            pair => new KeyValuePair<string, string>(
                pair.Key.ToString(System.Globalization.CultureInfo.InvariantCulture), pair.Value)));
    }

    private static void WriteExamples(TextWriter output, IReadOnlyList<string> examples)
    {
        if (examples.Count == 0)
            return;
        output.WriteLine();
        output.WriteLine(examples.Count == 1 ? "Example:" : "Examples:");
        foreach (var example in examples)
            output.WriteLine($"  {example}");
    }

    private static KeyValuePair<string, string> Describe(Option option)
    {
        var alias = option.Aliases.FirstOrDefault(name => name.Length == 2);
        var names = alias is null ? $"    {option.Name}" : $"{alias}, {option.Name}";
        return new(option.HelpName is { } value ? $"{names} {value}" : names, option.Description ?? "");
    }

    private static void WriteRows(TextWriter output, string title, IEnumerable<KeyValuePair<string, string>> rows)
    {
        var list = rows.ToList();
        if (list.Count == 0)
            return;
        output.WriteLine();
        output.WriteLine(title);
        var width = list.Max(row => row.Key.Length) + 3;
        foreach (var (name, text) in list)
        {
            var lines = text.Split('\n');
            output.WriteLine($"{new string(' ', Indent)}{name.PadRight(width)}{lines[0]}".TrimEnd());
            foreach (var line in lines.Skip(1))
                output.WriteLine(new string(' ', Indent + width) + line);
        }
    }
}
