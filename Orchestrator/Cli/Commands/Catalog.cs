namespace Orchestrator.Cli.Commands;

/// <summary>All commands over the API, by name. Naming one builds nothing.</summary>
internal static class Catalog
{
    public static CommandEntry Root { get; } = new("swarmnet", "Turns Linux hosts into a container cluster.")
    {
        Children =
        [
            new("init", "Start a cluster on this host") { Build = ClusterInit.Build },
            new("join", "Join this host to a cluster") { Build = ClusterJoin.Build },
            new("update", "Change settings of the cluster") { Build = ClusterUpdate.Build },
            new("leave", "Take this host out of its cluster") { Build = ClusterLeave.Build },
            new("join-token", "Show or replace the tokens that let hosts join") { Build = JoinToken.Build },
            new("node", "Manage the hosts of the cluster")
            {
                Children =
                [
                    new("ls", "List the nodes") { Aliases = ["list"], Build = NodeList.Build },
                    new("inspect", "Show everything about nodes") { Build = NodeInspect.Build },
                    new("ps", "List the tasks on nodes") { Build = NodeTasks.Build },
                    new("update", "Change a node") { Build = NodeUpdate.Build },
                    new("promote", "Make nodes managers") { Build = NodeRoles.BuildPromote },
                    new("demote", "Make managers workers") { Build = NodeRoles.BuildDemote },
                    new("rm", "Remove nodes from the cluster") { Aliases = ["remove"], Build = NodeRemove.Build },
                ],
            },
            new("service", "Manage services")
            {
                Children =
                [
                    new("create", "Create a service") { Build = ServiceCreate.Build },
                    new("ls", "List the services") { Aliases = ["list"], Build = ServiceList.Build },
                    new("ps", "List the tasks of services") { Build = ServiceTasks.Build },
                    new("inspect", "Show everything about services") { Build = ServiceInspect.Build },
                    new("update", "Change a service") { Build = ServiceUpdate.Build },
                    new("scale", "Set the number of tasks") { Build = ServiceScale.Build },
                    new("rollback", "Go back to the previous specification") { Build = ServiceRollback.Build },
                    new("rm", "Remove services") { Aliases = ["remove"], Build = ServiceRemove.Build },
                    new("logs", "Show the logs of a service or a task") { Build = ServiceLogs.Build },
                ],
            },
            new("explain", "Say where tasks would go, and what each node lacks")
            {
                Children =
                [
                    new("service", "Explain the next task of a service") { Build = ExplainCommands.BuildService },
                    new("task", "Explain where a task is, or why it waits") { Build = ExplainCommands.BuildTask },
                    new("node", "Explain what a node takes and refuses") { Build = ExplainCommands.BuildNode },
                ],
            },
            new("rebalance", "Move tasks to nodes that joined or came back") { Build = RebalanceCommand.Build },
            new("backup", "Write the cluster's state to an encrypted file") { Build = ClusterBackup.Build },
            new("restore", "Make this host the manager of a cluster from a backup") { Build = ClusterRestore.Build },
            new("rotate-key", "Give this manager's log a new key") { Build = KeyRotate.Build },
            new("doctor", "Look for what is wrong with this host and its cluster") { Build = DoctorCommand.Build },
            new("info", "Show this host and its part in the cluster") { Build = InfoCommand.Build },
            new("version", "Show the versions of this command and of the daemon") { Build = VersionCommand.Build },
            new("completion", "Print a completion script for a shell") { Build = CompletionCommand.Build },
            new(Completion.CompletionScripts.Hook, "Answer a completion script") { Build = CompletionHook.Build,
                Hidden = true },
        ],
    };
}
