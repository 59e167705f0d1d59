using System.Text.Json.Nodes;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Integration;

/// <summary>Services and readings as JSON of the API.</summary>
internal static class ServiceSpecs
{
    public static JsonObject Service(string name, int replicas, string image, params string[] arguments) => new()
    {
        ["Name"] = name,
        ["TaskTemplate"] = new JsonObject
        {
            ["ContainerSpec"] = new JsonObject
            {
                ["Image"] = image, ["Args"] = new JsonArray([.. arguments.Select(text => JsonValue.Create(text))]),
            },
        },
        ["Mode"] = new JsonObject { ["Replicated"] = new JsonObject { ["Replicas"] = replicas } },
    };

    /// <summary>The sample server on any free port.</summary>
    public static JsonObject Web(string name, int replicas)
    {
        var service = Service(name, replicas, "swarmnet", "sample", "web");
        service["EndpointSpec"] = new JsonObject
        {
            ["Ports"] = new JsonArray(new JsonObject { ["TargetPort"] = 8080, ["PublishMode"] = "host" }),
        };
        return service;
    }

    /// <summary>A shell script that is not started again.</summary>
    public static JsonObject Script(string name, string script, int replicas = 1)
    {
        var service = Service(name, replicas, "sh", "-c", script);
        service["TaskTemplate"]!["RestartPolicy"] = new JsonObject { ["Condition"] = "none" };
        return service;
    }

    public static async Task<ImmutableArray<TaskReading>> TasksAsync(this ApiSocket api, string? service = null)
    {
        var filter = service is null ? "" : Uri.EscapeDataString($"{{\"service\":[\"{service}\"]}}");
        var tasks = (await api.ReadAsync($"/tasks?filters={filter}")).AsArray();
        return [.. tasks.Select(task => new TaskReading(task!))];
    }

    public static async Task<ImmutableArray<TaskReading>> RunningAsync(this ApiSocket api, string? service = null) =>
        [.. (await api.TasksAsync(service)).Where(task => task is { State: "running", DesiredState: "running" })];

    /// <summary>Exactly so many run.</summary>
    public static async Task<ImmutableArray<TaskReading>> WaitRunningAsync(
        this ApiSocket api, string service, int count, TimeSpan? patience = null)
    {
        var all = await Eventually.Get(
            $"{count} running tasks of {service}",
            () => api.TasksAsync(service),
            tasks => tasks.Count(task => task.IsRunning) == count
                && tasks.All(task => task.IsRunning || !task.IsMeantToRun),
            patience);
        return [.. all.Where(task => task.IsRunning)];
    }

    /// <summary>The newest version of a service, changed and sent back.</summary>
    public static async Task<ApiAnswer> UpdateAsync(this ApiSocket api, string service, Action<JsonNode> change)
    {
        var current = await api.ReadAsync($"/services/{service}");
        var spec = current["Spec"]!.DeepClone();
        change(spec);
        return await api.PostAsync(
            $"/services/{service}/update?version={(long)current["Version"]!["Index"]!}", spec);
    }
}

/// <summary>A task as the API shows it.</summary>
internal sealed record TaskReading(JsonNode Json)
{
    public string Id => (string)Json["ID"]!;

    public string NodeId => (string?)Json["NodeID"] ?? "";

    public string State => (string)Json["Status"]![nameof(State)]!;

    public string DesiredState => (string)Json[nameof(DesiredState)]!;

    public bool IsRunning => State == "running" && DesiredState == "running";

    public bool IsMeantToRun => DesiredState is "running" or "ready";

    public string Error => (string?)Json["Status"]!["Err"] ?? "";

    public string Message => (string?)Json["Status"]![nameof(Message)] ?? "";

    public int Pid => (int?)Json["Status"]!["ContainerStatus"]?["PID"] ?? 0;

    public int? ExitCode => (int?)Json["Status"]!["ContainerStatus"]?[nameof(ExitCode)];

    public string ContainerId => (string?)Json["Status"]!["ContainerStatus"]?["ContainerID"] ?? "";

    public int Port => (int)Json["Status"]!["PortStatus"]!["Ports"]![0]!["PublishedPort"]!;

    public override string ToString() => $"{Id}: {State} (wanted {DesiredState}) {Error}";
}
