using System.CommandLine;

namespace Orchestrator.Hosting;

/// <summary><c>swarmnet daemon</c>: its flags, and the way from there to a running daemon.</summary>
internal static class DaemonCommand
{
    public static Command Create()
    {
        var flags = new Dictionary<string, Option<string[]>>
        {
            ["data-dir"] = Flag("--data-dir", "Where the daemon keeps its data (default /var/lib/swarmnet)"),
            ["socket"] = Flag("--socket", "Unix socket of the API (default /run/swarmnet/swarmnet.sock)"),
            ["hosts"] = Flag(
                "--host", "Serve the API on a loopback port too, tcp://127.0.0.1:PORT; may be given again"),
            ["listen-addr"] = Flag("--listen-addr", "Where a manager listens for the cluster (default 0.0.0.0:2377)"),
            ["advertise-addr"] = Flag(
                "--advertise-addr",
                "Where other hosts reach this one: IP, IP:PORT or an interface (default: as init and join say)"),
            ["hostname"] = Flag("--hostname", "Name of this node (default: the host's name)"),
            ["runtime"] = Flag(
                "--runtime", "What runs tasks: docker, process, or auto (default: docker if an engine answers)"),
            ["docker-host"] = Flag(
                "--docker-host", "Socket of the Docker engine (default unix:///var/run/docker.sock)"),
            ["engine-labels"] = Flag(
                "--engine-label", "Label of this host for constraints, NAME=VALUE; may be given again"),
            ["reserve"] = Flag("--reserve", "CPU and memory that tasks do not get, cpu=0.5,memory=512m (default none)"),
            ["generic-resources"] = Flag(
                "--generic-resource",
                "What this host has beside that, ssd=3, gpu=NAME or tty=/dev/ttyS0; may be given again"),
            ["log-format"] = Flag("--log-format", "text or json (default text)"),
            ["raft-heartbeat"] = Flag(
                "--raft-heartbeat", "A leading manager is silent no longer than this (default 100ms)"),
            ["raft-election"] = Flag(
                "--raft-election", "Managers elect another leader after a silence of this to twice this (default 1s)"),
            ["raft-snapshot-entries"] = Flag(
                "--raft-snapshot-entries",
                "A manager's log is replaced by a snapshot after so many changes (default 10000)"),
        };
        var config = new Option<string>("--config")
        {
            Description = $"Configuration file (default {DaemonOptions.DefaultConfigurationFile}, if it exists)",
        };
        var command = new Command("daemon", "Run this host's daemon") { config };
        foreach (var flag in flags.Values)
            command.Add(flag);
        command.SetAction((parsed, ct) => RunAsync(
            flags.ToDictionary(flag => flag.Key, flag => parsed.GetValue(flag.Value) ?? []),
            parsed.GetValue(config),
            ct));
        return command;
    }

    private static Option<string[]> Flag(string name, string description) => new(name) { Description = description };

    private static async Task<int> RunAsync(
        Dictionary<string, string[]> flags, string? configuration, CancellationToken ct)
    {
        DaemonOptions options;
        try
        {
            options = Read(flags, configuration);
        }
        catch (OptionException exception)
        {
            await Console.Error.WriteLineAsync($"Error: {exception.Message}");
            return Cli.ExitCode.Usage;
        }
        using var logging = HostLogging.Create(options.LogFormat);
        return await new Daemon(new HostServices(options, TimeProvider.System, logging)).RunAsync(ct);
    }

    private static DaemonOptions Read(Dictionary<string, string[]> flags, string? configuration)
    {
        if (configuration is not null && !File.Exists(configuration))
            throw new OptionException($"--config: there is no file {configuration}");
        var file = OptionSources.ReadFile(
            configuration ?? DaemonOptions.DefaultConfigurationFile, DaemonOptions.Names);
        return DaemonOptions.From(
            new OptionSources(flags, Environment.GetEnvironmentVariable, file), Environment.MachineName);
    }
}
