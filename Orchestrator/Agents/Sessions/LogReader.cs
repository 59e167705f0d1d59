using System.Text;
using System.Threading.Channels;
using Orchestrator.Model;
using Orchestrator.Runtime;

namespace Orchestrator.Agents.Sessions;

/// <summary>Reads the log of one task; where it cannot, one line says why.</summary>
internal sealed class LogReader(AgentContext agent, RunnerTable runners)
{
    public async Task ReadAsync(TaskId task, LogOptions options, ChannelWriter<LogLine> output, CancellationToken ct)
    {
        try
        {
            var container = await FindAsync(task, options.Follow, ct);
            if (container is null)
            {
                await output.WriteAsync(Explanation(task, "the task has no container on this node", agent.Now), ct);
                return;
            }
            await foreach (var line in agent.Runtime.LogsAsync(container, options, ct))
                await output.WriteAsync(line, ct);
        }
        catch (RuntimeException e)
        {
            await output.WriteAsync(Explanation(task, e.Message, agent.Now), ct);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            await output.WriteAsync(Explanation(task, $"the log ended early: {e.Message}", agent.Now), ct);
        }
    }

    private async Task<ContainerObservation?> FindAsync(TaskId task, bool waits, CancellationToken ct)
    {
        if (runners.Find(task) is not { } runner)
            return null;
        if (waits)
            await runner.Contained.WaitAsync(ct);
        var view = runner.View;
        return view switch
        {
            { Seen: Sighting.Seen seen } => await CompleteAsync(seen.Container, ct),
            { Task.ContainerId.Length: > 0 } => await agent.Runtime.InspectAsync(view.Task.ContainerId, ct),
            _ => null,
        };
    }

    /// <summary>
    /// What is known of a container that has just been created is not all: whether it has a terminal, say.
    /// </summary>
    private async Task<ContainerObservation?> CompleteAsync(ContainerObservation seen, CancellationToken ct) =>
        seen.State == ContainerState.Created ? await agent.Runtime.InspectAsync(seen.ContainerId, ct) : seen;

    public static LogLine Explanation(TaskId task, string reason, DateTimeOffset now) => new()
    {
        TaskId = task,
        Stream = LogStream.System,
        Timestamp = now,
        Text = Encoding.UTF8.GetBytes($"no log of task {task}: {reason}\n"),
    };
}
