namespace Orchestrator.Cli.Completion;

/// <summary>Scripts that ask the program itself what may come next.</summary>
internal static class CompletionScripts
{
    /// <summary>The hidden command that answers them.</summary>
    public const string Hook = "__complete";

    public static readonly string[] Shells = ["bash", "zsh", "fish"];

    public const string Bash = """
        # bash completion for swarmnet. Try it: source <(swarmnet completion bash)
        _swarmnet() {
            local IFS=$'\n'
            COMPREPLY=($(swarmnet __complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
            if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then
                compopt -o nospace
            fi
        }
        complete -o default -F _swarmnet swarmnet

        """;

    public const string Zsh = """
        #compdef swarmnet
        # zsh completion for swarmnet. Try it: source <(swarmnet completion zsh)
        _swarmnet() {
            local -a candidates
            candidates=("${(@f)$(swarmnet __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
            [[ -n "${candidates[1]}" ]] && compadd -a candidates || _files
        }
        compdef _swarmnet swarmnet

        """;

    public const string Fish = """
        # fish completion for swarmnet. Try it: swarmnet completion fish | source
        function __swarmnet_complete
            set -l words (commandline -opc) (commandline -ct)
            swarmnet __complete -- $words[2..-1] 2>/dev/null
        end
        complete -c swarmnet -f -a '(__swarmnet_complete)'

        """;

    public static string? Of(string shell) => shell switch
    {
        "bash" => Bash,
        "zsh" => Zsh,
        "fish" => Fish,
        _ => null,
    };
}
