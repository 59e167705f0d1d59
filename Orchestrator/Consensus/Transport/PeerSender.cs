using Microsoft.Extensions.Logging;
using Orchestrator.Consensus.Core;
using Orchestrator.Primitives;
using Orchestrator.Security;

namespace Orchestrator.Consensus.Transport;

/// <summary>Keeps a stream to one member open, for as long as it is a member.</summary>
internal sealed partial class PeerSender : IAsyncDisposable
{
    private readonly PeerRoute _route;
    private readonly PeerSurroundings _around;
    private readonly PeerQueue _queue;
    private readonly Signal _retry;
    private readonly CancellationTokenSource _life;
    private readonly Task _loop;
    private volatile string[] _addresses;
    private volatile string _address;
    private string? _said;
    private volatile bool _isUp;
    private volatile string _problem = "";

    /// <param name="addresses">tried in turn; at least one</param>
    public PeerSender(PeerRoute route, string[] addresses, PeerSurroundings around)
    {
        (_route, _around) = (route, around);
        (_addresses, _address) = (addresses, addresses[0]);
        _queue = new PeerQueue(around.Options);
        _retry = new Signal(around.Time);
        _life = new CancellationTokenSource(Timeout.InfiniteTimeSpan, around.Time);
        _loop = LoopAsync(_life.Token);
    }

    public PeerLink Link => new(_isUp, _problem);

    public PeerQueue Queue => _queue;

    /// <summary>It was told to end, or has ended.</summary>
    public bool IsLeaving { get; private set; }

    public bool HasEnded => _loop.IsCompleted;

    /// <summary>Takes these addresses from the next connection on, if the present one is among them.</summary>
    public bool TryFollow(string[] addresses)
    {
        if (IsLeaving || !addresses.Contains(_address))
            return false;
        _addresses = addresses;
        return true;
    }

    /// <summary>The member says that it is there: without a connection, that is tried next, and at once.</summary>
    public void Retry(string address)
    {
        Volatile.Write(ref _said, address);
        if (!_isUp)
            _retry.Set();
    }

    /// <summary>Ends after that time: what is on its way still gets a chance.</summary>
    public void EndAfter(TimeSpan time)
    {
        IsLeaving = true;
        _life.CancelAfter(time);
    }

    public async ValueTask DisposeAsync()
    {
        await _life.CancelAsync();
        await _loop;
        _life.Dispose();
    }

    private async Task LoopAsync(CancellationToken ct)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        for (var failures = 0; !ct.IsCancellationRequested;)
        {
            var wasUp = await TryRunAsync(ct);
            failures = wasUp ? 1 : failures + 1;
            var addresses = _addresses;
            _address = addresses[(Array.IndexOf(addresses, _address) + 1) % addresses.Length];
            _queue.Clear();
            if (wasUp)
                _around.Lost(_route.To);
            var delay = _around.Options.Retry.Delay(failures, _around.Chance.Next());
            await _retry.WaitAsync(delay, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (Interlocked.Exchange(ref _said, null) is { } said && _addresses.Contains(said))
                _address = said;
        }
    }

    /// <summary>The top of the loop: whatever goes wrong ends one stream only.</summary>
    /// <returns>whether the stream was taken by the other side</returns>
    private async Task<bool> TryRunAsync(CancellationToken ct)
    {
        var wasUp = false;
        try
        {
            var end = new CallEnd(_around.Time);
            await end.AwaitAsync(life => RunAsync(end, () => wasUp = Opened(), life), ct);
            LogOnce("it has closed the connection");
        }
        catch (Exception) when (ct.IsCancellationRequested)
        {
            // The end.
        }
        catch (Exception e)
        {
            LogOnce(PeerException.In(e)?.Message ?? e.Message);
        }
        _isUp = false;
        return wasUp;
    }

    private async Task RunAsync(CallEnd end, Action opened, CancellationToken ct)
    {
        using var stream = new PeerStream(_address, _around.Connector, _around.Options);
        await stream.RunAsync(_route.Hello with { Address = _around.Address }, _queue, end, opened, ct);
    }

    private bool Opened()
    {
        _problem = "";
        _isUp = true;
        LogUp(_around.Logger, _route.To, _address);
        return true;
    }

    /// <summary>Logs a reason once, not at each attempt.</summary>
    private void LogOnce(string problem)
    {
        if (problem != _problem)
            LogDown(_around.Logger, _route.To, _address, problem);
        _problem = problem;
    }

    [LoggerMessage(LogLevel.Information, "Connected to manager {Member} at {Address}")]
    private static partial void LogUp(ILogger logger, MemberId member, string address);

    [LoggerMessage(LogLevel.Warning, "No connection to manager {Member} at {Address}: {Problem}")]
    private static partial void LogDown(ILogger logger, MemberId member, string address, string problem);
}

/// <summary>From whom to whom.</summary>
internal sealed record PeerRoute(MemberId From, MemberId To, ulong Incarnation)
{
    public PeerHello Hello => new()
    {
        Protocol = PeerHello.CurrentProtocol,
        From = From.Value,
        To = To.Value,
        Incarnation = Incarnation,
    };
}
