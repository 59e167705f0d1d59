using Orchestrator.Model;

namespace Orchestrator.Runtime.Processes;

/// <summary>
/// Reads a container spec as one for a process. The image names a program of this host; <c>swarmnet</c> names this
/// binary.
/// </summary>
internal sealed class TaskPlanner(ProcessRuntimeOptions options, CgroupHost cgroups, HostAccounts accounts)
{
    private const string SelfImage = "swarmnet";
    private const long LeastMemory = 6 << 20;

    /// <exception cref="RuntimeException">Rejected: the task cannot run as it asks to on this host</exception>
    internal TaskPlan Plan(RuntimeTask task, ImmutableArray<PortConfig> ports)
    {
        var spec = task.Container;
        Unsupported.Check(spec);
        CheckLimits(task.Limits);
        var account = Account(spec);
        var env = Environment(task, account, ports);
        var directory = Directory(spec);
        var prefix = Prefix(spec, account);
        var logs = LogLimits.From(task.LogDriver);
        return new TaskPlan
        {
            TaskId = task.TaskId,
            ClusterId = task.ClusterId,
            Argv = [.. prefix, .. Program(spec, PathOf(env), directory)],
            PrefixLength = prefix.Length,
            Env = env,
            Directory = directory,
            Cgroups = cgroups.GroupsOf(task.TaskId),
            Limits = task.Limits,
            OomScoreAdj = spec.OomScoreAdj,
            LogBytes = logs.Bytes,
            LogFiles = logs.Files,
            StopSignal = StopSignal(spec.StopSignal),
            Ports = ports,
            HealthTest = HealthTest(spec.Health),
            Health = (spec.Health ?? new HealthCheck()) with { Test = [] },
        };
    }

    internal static string PathOf(ImmutableArray<string> env) =>
        env.LastOrDefault(variable =>
            variable.StartsWith("PATH=", StringComparison.Ordinal))?[5..] ?? ProgramPath.Default;

    private ImmutableArray<string> Program(ContainerSpec spec, string path, string directory)
    {
        ImmutableArray<string> words = [.. spec.Command, .. spec.Args];
        if (spec.Command.IsEmpty)
        {
            var name = ProgramPath.FromImage(spec.Image);
            words = [name == SelfImage ? options.SelfPath : name, .. spec.Args];
        }

        if (words.Any(word => word.Contains('\0')))
            Unsupported.Reject("an argument holds a zero byte");
        var program = ProgramPath.Find(words[0], path, directory);
        if (program is null)
            Unsupported.Reject(
                $"no such program: {words[0]} (the process runtime takes the image as a program on the host; "
                + "start Docker to run containers)");
        return [program!, .. words[1..]];
    }

    private HostAccount? Account(ContainerSpec spec)
    {
        if (spec.User.Length == 0 && spec.Groups.IsEmpty)
            return null;
        var account = accounts.Find(spec.User.Length == 0 ? $"{Native.EffectiveUser()}" : spec.User, spec.Groups);
        if (Native.EffectiveUser() == 0)
            return account;
        if (account.User != Native.EffectiveUser() || !spec.Groups.IsEmpty)
            Unsupported.Reject($"cannot run a task as user {spec.User}: swarmnet does not run as root on this node");
        return null;
    }

    private ImmutableArray<string> Environment(RuntimeTask task, HostAccount? account, ImmutableArray<PortConfig> ports)
    {
        var merged = new SortedDictionary<string, string>(StringComparer.Ordinal);
        string[] first =
        [
            $"PATH={ProgramPath.Default}",
            $"HOME={account?.Home ?? accounts.HomeOf(Native.EffectiveUser())}",
            $"SWARMNET_TASK_ID={task.TaskId}",
            $"SWARMNET_TASK_NAME={task.Name}",
            $"SWARMNET_SERVICE_NAME={task.ServiceName}",
        ];
        foreach (var variable in first.Concat(HostPorts.Variables(ports)).Concat(task.Container.Env))
        {
            var split = variable.IndexOf('=', StringComparison.Ordinal);
            if (variable.Contains('\0') || split == 0)
                Unsupported.Reject("an environment variable has no name or holds a zero byte");
            if (split > 0)
                merged[variable[..split]] = variable[(split + 1)..];
        }

        // Leftovers are recognized by it.
        merged["SWARMNET_TASK_ID"] = task.TaskId.Value;
        return [.. merged.Select(pair => $"{pair.Key}={pair.Value}")];
    }

    private static string Directory(ContainerSpec spec)
    {
        var directory = spec.Dir.Length == 0 ? "/" : spec.Dir;
        if (!directory.StartsWith('/') || !System.IO.Directory.Exists(directory))
            Unsupported.Reject($"there is no directory {directory} on this host (an absolute path is needed)");
        return directory;
    }

    /// <summary>
    /// The standard tools (util-linux) change user and limits of themselves, then become the program.
    /// </summary>
    private static ImmutableArray<string> Prefix(ContainerSpec spec, HostAccount? account)
    {
        var prefix = ImmutableArray.CreateBuilder<string>();
        if (!spec.Ulimits.IsEmpty)
        {
            prefix.Add(Tool("prlimit", "ulimits"));
            prefix.AddRange(spec.Ulimits.Select(limit =>
                $"--{Ulimit(limit.Name)}={Bound(limit.Soft)}:{Bound(limit.Hard)}"));
            prefix.Add("--");
        }

        if (account is null)
            return prefix.ToImmutable();
        prefix.AddRange(
            Tool("setpriv", "a user"), $"--reuid={account.User}", $"--regid={account.Group}",
            $"--groups={string.Join(',', account.Groups)}", "--");
        return prefix.ToImmutable();
    }

    private static string Ulimit(string name)
    {
        if (name.Length == 0 || !name.All(char.IsAsciiLetterLower))
            Unsupported.Reject($"there is no ulimit {name}");
        return name;
    }

    private static string Bound(long value) => value < 0 ? "unlimited" : value.ToString();

    private static string Tool(string name, string what)
    {
        var tool = ProgramPath.Find(name, ProgramPath.Default, "/");
        if (tool is null)
            Unsupported.Reject(
                $"the process runtime needs {name} (package util-linux) on this host to give a task {what}");
        return tool!;
    }

    private static int StopSignal(string name)
    {
        var signal = SignalNames.Parse(name.Length == 0 ? "SIGTERM" : name);
        if (signal is null)
            Unsupported.Reject($"there is no signal {name}");
        return signal!.Value;
    }

    private static ImmutableArray<string> HealthTest(HealthCheck? health)
    {
        var test = health?.Test ?? [];
        if (test is not ([] or ["NONE", ..] or ["CMD", _, ..] or ["CMD-SHELL", _]))
            Unsupported.Reject($"the health check {test[0]} is neither NONE, CMD nor CMD-SHELL with a command");
        return test is ["NONE", ..] ? [] : test;
    }

    private static void CheckLimits(ResourceLimits limits)
    {
        if (limits.MemoryBytes is > 0 and < LeastMemory)
            Unsupported.Reject("the memory limit of a task must be at least 6 MiB");
    }
}
