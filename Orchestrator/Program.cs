using Orchestrator.Cli;
using Orchestrator.Hosting;
using Orchestrator.Runtime.Processes;

// A task's supervisor is the same binary: it must start fast and small, so nothing else is touched on its way.
return args is ["task-shim", var directory]
    ? Shim.Run(directory)
    : await CliApplication.RunAsync(args, [DaemonCommand.Create(), SampleCommand.Create()], CancellationToken.None);
