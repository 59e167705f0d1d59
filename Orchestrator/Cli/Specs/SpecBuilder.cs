using System.CommandLine;
using Orchestrator.Api.Contracts;
using Orchestrator.Cli.Syntax;

namespace Orchestrator.Cli.Specs;

/// <summary>From flags to the specification of a service, new or changed.</summary>
internal static class SpecBuilder
{
    public static IEnumerable<Option> CreateOptions() =>
    [
        Flag.Text("--name", "Name of the service"),
        Flag.Text("--mode", "replicated, global, replicated-job, global-job (default replicated)"),
        Flag.List("--env-file", "File of environment variables, NAME=value lines", "file"),
        .. CommonOptions(),
        .. ListFlags.All(text => text).Select(flag => flag.CreateOption),
    ];

    public static IEnumerable<Option> UpdateOptions() =>
    [
        Flag.Text("--image", "New image"),
        Flag.Text("--args", "New arguments of the command", "command"),
        Flag.Switch("--force", "Replace the tasks even if nothing changed"),
        Flag.Switch("--rollback", "Go back to the previous specification"),
        .. CommonOptions(),
        .. ListFlags.All(text => text).SelectMany(flag => flag.UpdateOptions),
    ];

    private static IEnumerable<Option> CommonOptions() =>
        [.. ContainerFlags.Options(), .. HealthFlags.Options(), .. PolicyFlags.Options(), .. PlacementFlags.Options()];

    /// <summary>The first argument is the image, the others replace its command.</summary>
    public static ServiceSpecDto Create(Invocation run)
    {
        var environment = Environment(run);
        var spec = new ServiceSpecDto { Name = run.Text("--name"), Mode = PlacementFlags.Mode(run) };
        var container = spec.Container();
        container.Image = run.Arguments[0];
        container.Args = run.Arguments.Count > 1 ? run.Arguments.Skip(1).ToList() : null;
        ApplyCommon(run, spec);
        foreach (var flag in ListFlags.All(environment.Resolve))
            flag.ApplyCreate(run, spec);
        if (run.Has("--env-file") || run.Has("--env"))
            container.Env = run.Read(
                "--env-file", string.Join(' ', run.List("--env-file")), _ =>
                    environment.Collect(run.List("--env-file"), run.List("--env")));
        return spec;
    }

    /// <summary>Changes <paramref name="spec"/> in place.</summary>
    public static void Update(Invocation run, ServiceSpecDto spec)
    {
        var container = spec.Container();
        container.Image = run.Text("--image") ?? container.Image;
        if (run.Text("--args") is { } args)
            container.Args = run.Read("--args", args, ShellWords.Split);
        if (run.IsOn("--force"))
            spec.Task().ForceUpdate++;
        PlacementFlags.ApplyScale(run, spec.Mode ??= new ServiceModeDto());
        ApplyCommon(run, spec);
        foreach (var flag in ListFlags.All(Environment(run).Resolve))
            flag.ApplyUpdate(run, spec);
    }

    private static EnvironmentSyntax Environment(Invocation run) =>
        new(run.Environment.Variable, run.Environment.ReadFile);

    private static void ApplyCommon(Invocation run, ServiceSpecDto spec)
    {
        ContainerFlags.Apply(run, spec);
        HealthFlags.Apply(run, spec);
        PolicyFlags.Apply(run, spec);
        PlacementFlags.Apply(run, spec);
    }
}
