using Orchestrator.Cli.Samples;
using Orchestrator.Runtime.Processes;

return args switch
{
    ["task-shim", var directory] => Shim.Run(directory),
    ["sample", "web", .. var rest] => await SampleWeb.RunAsync(rest, Console.Out),
    _ => 0,
};
