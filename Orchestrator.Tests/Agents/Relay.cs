using System.Net;
using System.Net.Sockets;

namespace Orchestrator.Tests.Agents;

/// <summary>A TCP relay that can stop carrying bytes without closing anything, as a frozen host does.</summary>
internal sealed class Relay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _hungUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IPEndPoint _target;
    private readonly Task _work;
    private volatile bool _isFrozen;

    public Relay(string target)
    {
        _target = IPEndPoint.Parse(target);
        _listener.Start();
        Address = _listener.LocalEndpoint.ToString()!;
        _work = AcceptAsync();
    }

    public string Address { get; }

    /// <summary>The agent has closed a connection after the freeze.</summary>
    public Task AgentHungUp => _hungUp.Task;

    public void Freeze() => _isFrozen = true;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _work;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true)
                open.Add(CarryAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task CarryAsync(TcpClient agent)
    {
        using var manager = new TcpClient();
        using (agent)
        {
            await manager.ConnectAsync(_target, _stop.Token);
            await Task.WhenAny(
                PumpAsync(agent.GetStream(), manager.GetStream(), isFromAgent: true),
                PumpAsync(manager.GetStream(), agent.GetStream(), isFromAgent: false));
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to, bool isFromAgent)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReadAsync(buffer, _stop.Token) is var length and > 0)
            {
                if (!_isFrozen)
                    await to.WriteAsync(buffer.AsMemory(0, length), _stop.Token);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
        }
        if (isFromAgent && _isFrozen)
            _hungUp.TrySetResult();
    }
}
