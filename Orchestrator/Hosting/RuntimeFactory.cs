using Orchestrator.Model;
using Orchestrator.Runtime;
using Orchestrator.Runtime.Docker;
using Orchestrator.Runtime.Processes;

namespace Orchestrator.Hosting;

/// <summary>Which runtime starts this host's tasks.</summary>
internal static class RuntimeFactory
{
    public const string Docker = "docker";
    public const string Process = "process";

    /// <summary>
    /// Decides once, when the host becomes a node: a later start must find the same tasks again, also when the engine
    /// comes up after the daemon.
    /// </summary>
    /// <exception cref="RuntimeException">Docker was asked for and no engine answers</exception>
    public static async Task<string> ChooseAsync(HostServices services, CancellationToken ct)
    {
        if (services.Options.Runtime == RuntimeChoice.Process)
            return Process;
        var probe = await DockerProbe.CheckAsync(EngineOf(services), services.Time, ct);
        if (probe.Usable)
            return Docker;
        return services.Options.Runtime == RuntimeChoice.Auto
            ? Process
            : throw new RuntimeException(RuntimeFailure.Unavailable, probe.Reason);
    }

    public static IContainerRuntime Create(string kind, ClusterId cluster, HostServices services)
    {
        var logger = services.Logging.CreateLogger($"Orchestrator.Runtime.{kind}");
        if (kind == Docker)
            return new DockerRuntime(
                new DockerClient(DockerEndpoint.Parse(EngineOf(services)), services.Time),
                cluster,
                services.Time,
                logger);
        var options = new ProcessRuntimeOptions(services.Options.DataDirectory, cluster, Environment.ProcessPath!);
        return new ProcessRuntime(options, services.Time, logger);
    }

    private static string EngineOf(HostServices services) => $"unix://{services.Options.DockerSocket}";
}
