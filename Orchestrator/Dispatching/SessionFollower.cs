using Orchestrator.Model;
using Orchestrator.Serialization;

namespace Orchestrator.Dispatching;

/// <summary>Follows the state for one session: keeps the node's row and the agent's assignments up to date.</summary>
internal sealed class SessionFollower(AgentSession session, SessionServices services, string address)
{
    private const int MaxDescriptionBytes = 256 * 1024;

    private static readonly TimeSpan HelloTimeout = TimeSpan.FromSeconds(10);

    private readonly TaskCompletionSource _hello = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private NodeDescription _description = new();
    private AssignmentView _view = AssignmentView.Nothing;
    private ulong _setNumber;

    /// <summary>As last sent.</summary>
    public SessionSettings Settings { get; private set; } = services.SettingsOf(session.Node);

    public bool IsDescribed => _hello.Task.IsCompleted;

    /// <summary>Takes what the agent says of its node.</summary>
    /// <exception cref="InvalidDataException">it is too large for a row of the store</exception>
    public void Describe(NodeDescription news)
    {
        if (MessagePackSerializer.Serialize(news).Length > MaxDescriptionBytes)
            throw new InvalidDataException($"the node's description has more than {MaxDescriptionBytes} bytes");
        Volatile.Write(ref _description, news);
        _hello.TrySetResult();
        session.Nudge();
    }

    /// <summary>Returns when the node was removed and its last message is queued.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        if (await services.IsRemovedAsync(session.Node, ct))
        {
            await SayRemovedAsync(ct);
            return;
        }
        await WaitForHelloAsync(ct);
        while (!await services.IsRemovedAsync(session.Node, ct))
        {
            await WriteNodeAsync(ct);
            await SendSettingsAsync(ct);
            await SendAssignmentsAsync(ct);
            await session.NudgedAsync(ct);
        }
        await SayRemovedAsync(ct);
    }

    private async Task WaitForHelloAsync(CancellationToken ct)
    {
        try
        {
            await _hello.Task.WaitAsync(HelloTimeout, services.Outside.Time, ct);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"the agent did not say hello within {HelloTimeout.TotalSeconds:0} s");
        }
    }

    // Whoever has a session is ready, whatever was decided about it while it was silent.
    private Task<bool> WriteNodeAsync(CancellationToken ct) => services.Nodes.ChangeAsync(
        session.Node,
        node => NodeChanges.Connected(
            node, Volatile.Read(ref _description), AddressOf(node), services.Outside.Now),
        ct);

    /// <summary>A manager's own agent comes over the loopback; others reach it where they reach the manager.</summary>
    private string AddressOf(Node node) =>
        System.Net.IPAddress.TryParse(address, out var ip) && System.Net.IPAddress.IsLoopback(ip)
            && System.Net.IPEndPoint.TryParse(node.ManagerAddress, out var manager)
                ? manager.Address.ToString()
                : address;

    private async Task SendSettingsAsync(CancellationToken ct)
    {
        var settings = services.SettingsOf(session.Node);
        if (Canonical.Same(settings, Settings))
            return;
        Settings = settings;
        await session.Outbound.Writer.WriteAsync(settings, ct);
    }

    private async Task SendAssignmentsAsync(CancellationToken ct)
    {
        var delta = AssignmentDiff.Between(_view, services.State, session.Node);
        var complete = _setNumber == 0;
        if (!complete && delta.IsEmpty)
            return;
        var set = new AssignmentSet
        {
            Complete = complete,
            AppliesTo = _setNumber,
            ResultsIn = _setNumber + 1,
            Put = delta.Put,
            Removed = delta.Removed,
        };
        await session.Outbound.Writer.WriteAsync(set, ct);
        _setNumber = set.ResultsIn;
        _view = delta.Next;
    }

    private async Task SayRemovedAsync(CancellationToken ct)
    {
        await session.Outbound.Writer.WriteAsync(new NodeRemoved(), ct);
        session.Outbound.Writer.Complete();
    }
}
