using Orchestrator.Agents;
using Orchestrator.Model;
using Orchestrator.Runtime;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Agents;

/// <summary>
/// One task's life against a runtime that is a variable: takes the steps, and writes down what happened.
/// </summary>
internal sealed class TaskStory
{
    /// <summary>More steps in a row than any life needs: a loop.</summary>
    private const int MaxSteps = 60;

    private readonly List<string> _trace = [];

    public TaskStory(Assignment? wanted = null) =>
        View = new TaskView(TaskRecord.New(wanted ?? Assignments.Of()), Sighting.Absent);

    public TaskView View { get; private set; }

    public DateTimeOffset Now { get; private set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>What there really is.</summary>
    public ContainerObservation? Container { get; set; }

    /// <summary>What a started container looks like.</summary>
    public Func<ContainerObservation, ContainerObservation> OnStart { get; set; } = static container => container;

    /// <summary>Failures of the next calls, by the call's name.</summary>
    public Dictionary<string, Queue<RuntimeException>> Failures { get; } = [];

    public List<TaskStatus> Reported { get; } = [];

    public bool Forgotten { get; private set; }

    public TaskStatus Status => View.Task.Status;

    /// <summary>The steps since the last call of this method.</summary>
    public string Trace()
    {
        var trace = string.Join(" ", _trace);
        _trace.Clear();
        return trace;
    }

    /// <summary>Steps until the task waits; the steps taken.</summary>
    public string Run()
    {
        for (var steps = 0; steps < MaxSteps; steps++)
        {
            var step = TaskStepper.Next(View.Task, View.Seen, Now);
            switch (step)
            {
                case Step.Forget:
                    Forgotten = true;
                    _trace.Add("forget");
                    return Trace();
                case Step.Wait wait:
                    if (wait.Until is { } until)
                        _trace.Add($"retry({(until - Now).TotalMilliseconds:0})");
                    return Trace();
                case Step.Report report:
                    _trace.Add(report.Status.State.Word());
                    Apply(TaskProgress.Took(View, report));
                    break;
                case Step.Call call:
                    Make(call);
                    break;
            }
        }
        throw new InvalidOperationException($"no end after {MaxSteps} steps: {Trace()}");
    }

    public string RunWith(ContainerObservation? container)
    {
        Container = container;
        return Look();
    }

    /// <summary>A hint: look again.</summary>
    public string Look()
    {
        View = View with { Seen = Sighting.Unknown };
        return Run();
    }

    public string Want(TaskState desired, TaskState known = TaskState.Assigned)
    {
        View = View with
        {
            Task = View.Task.Merge(View.Task.Assignment with
            {
                Desired = desired,
                Known = new TaskStatus { State = known },
            }),
        };
        return Run();
    }

    public string Drop()
    {
        View = View with { Task = View.Task with { Dropped = true } };
        return Run();
    }

    public string After(TimeSpan time)
    {
        Now += time;
        return Run();
    }

    public void Fail(string call, RuntimeFailure failure, string message = "why") =>
        (Failures.TryGetValue(call, out var queue) ? queue : Failures[call] = new())
            .Enqueue(new RuntimeException(failure, message));

    private void Make(Step.Call call)
    {
        var name = call.GetType().Name.ToLowerInvariant();
        _trace.Add(call is Step.Stop stop ? $"stop({stop.Grace.TotalSeconds:0})" : name);
        View = TaskProgress.Begin(View, call);
        if (Failures.TryGetValue(name, out var failures) && failures.TryDequeue(out var failure))
            Apply(TaskProgress.Fail(View, call, failure, new Moment(Now, 0)));
        else
            Succeed(call);
    }

    private void Succeed(Step.Call call)
    {
        Container = call switch
        {
            Step.Prepare => Container ?? new ContainerObservation("c1", View.Task.TaskId, ContainerState.Created),
            Step.Start => OnStart(Container! with { State = ContainerState.Running, Pid = 7 }),
            Step.Stop when Container?.State == ContainerState.Running =>
                Container with { State = ContainerState.Exited, ExitCode = 143, Pid = 0 },
            Step.Remove => null,
            _ => Container,
        };
        Apply(TaskProgress.Succeed(View, call, Container));
    }

    private void Apply(TaskView next)
    {
        if (!ReferenceEquals(next.Task.Status, View.Task.Status))
            Reported.Add(next.Task.Status);
        View = next;
    }
}
