using System.CommandLine;
using Orchestrator.Cli;
using Orchestrator.Hosting;
using Orchestrator.Runtime.Processes;

// A task's supervisor is the same binary: it must start fast and small, so nothing else is touched on its way.
return args is ["task-shim", var directory]
    ? Shim.Run(directory)
    : await CliApplication.RunAsync(args, HostCommands(), CancellationToken.None);

// Made only when asked for: most runs are short commands of a terminal.
static IEnumerable<Command> HostCommands()
{
    yield return DaemonCommand.Create();
    yield return SampleCommand.Create();
}
