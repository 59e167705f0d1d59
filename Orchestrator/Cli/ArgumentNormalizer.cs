using System.CommandLine;

namespace Orchestrator.Cli;

/// <summary>
/// Reads the command line as docker's does (GNU style): <c>--flag value</c>, <c>--flag=value</c>, <c>-dq</c>,
/// <c>-pVALUE</c>; a flag
/// that wants a value takes the next word whatever it looks like; a switch takes none. The outcome is unambiguous for
/// any parser:
/// every flag by its full name with <c>=</c>, then <c>--</c>, then the arguments.
/// </summary>
internal sealed class ArgumentNormalizer(Command command, string path, bool stopAtFirstArgument)
{
    private readonly List<string> _flags = [];
    private readonly List<string> _arguments = [];

    public bool HelpRequested { get; private set; }

    public IReadOnlyList<string> Arguments => _arguments;

    public IReadOnlyList<string> Tokens => [.. _flags, "--", .. _arguments];

    /// <exception cref="CliException">unknown flag, or a value is missing</exception>
    public ArgumentNormalizer Read(IReadOnlyList<string> words)
    {
        for (var i = 0; i < words.Count; i++)
        {
            var word = words[i];
            if (word == "--")
            {
                _arguments.AddRange(words.Skip(i + 1));
                break;
            }
            if (word.Length > 1 && word[0] == '-')
                i = word[1] == '-' ? ReadLong(words, i) : ReadShort(words, i);
            else if (stopAtFirstArgument)
            {
                _arguments.AddRange(words.Skip(i));
                break;
            }
            else
                _arguments.Add(word);
        }
        return this;
    }

    private int ReadLong(IReadOnlyList<string> words, int i)
    {
        var word = words[i];
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? word : word[..equals];
        if (name == "--help")
        {
            HelpRequested = true;
            return i;
        }
        var option = Find(name) ?? throw Unknown(name);
        if (equals >= 0)
            return Take(option, word[(equals + 1)..], i);
        return IsSwitch(option) ? Take(option, "true", i) : Take(option, ValueAfter(words, i, name), i + 1);
    }

    /// <summary>One dash: letters of switches, the last of which may be a flag with its value.</summary>
    private int ReadShort(IReadOnlyList<string> words, int i)
    {
        var word = words[i];
        for (var at = 1; at < word.Length; at++)
        {
            var name = "-" + word[at];
            if (Find(name) is not { } option)
                return name == "-h" ? RequestHelp(i)
                    : throw Unknown(word.Length == 2 ? name : $"{name} in {word}", name);
            var rest = word[(at + 1)..];
            if (rest.StartsWith('='))
                return Take(option, rest[1..], i);
            if (!IsSwitch(option))
                return rest.Length > 0 ? Take(option, rest, i) : Take(option, ValueAfter(words, i, name), i + 1);
            Take(option, "true", i);
        }
        return i;
    }

    private int RequestHelp(int i)
    {
        HelpRequested = true;
        return i;
    }

    private int Take(Option option, string value, int next)
    {
        if (IsSwitch(option) && !bool.TryParse(value, out _))
            throw CliException.Usage($"{option.Name}={value}: use true or false", $"in \"swarmnet {path}\"");
        if (value.Length > 0)
            _flags.Add($"{option.Name}={value}");
        else
            _flags.AddRange([option.Name, value]); // the parser takes "--name=" for a missing value
        return next;
    }

    private string ValueAfter(IReadOnlyList<string> words, int i, string name) => i + 1 < words.Count
        ? words[i + 1]
        : throw CliException.Usage($"the flag {name} needs a value", $"in \"swarmnet {path}\"", SeeHelp);

    private Option? Find(string name) =>
        command.Options.FirstOrDefault(option => option.Name == name || option.Aliases.Contains(name));

    private static bool IsSwitch(Option option) =>
        option.ValueType == typeof(bool) || option.ValueType == typeof(bool?);

    private string SeeHelp => $"See: swarmnet {path} --help";

    private CliException Unknown(string shown, string? name = null)
    {
        var known = command.Options.SelectMany(option => option.Aliases.Append(option.Name))
            .Where(text => text.Length > 2);
        var hint = Suggestions.DidYouMean(name ?? shown, known);
        return CliException.Usage($"unknown flag: {shown}", $"in \"swarmnet {path}\"", hint ?? SeeHelp);
    }
}
