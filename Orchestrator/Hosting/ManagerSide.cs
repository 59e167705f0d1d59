using System.Net;
using Microsoft.Extensions.Logging;
using Orchestrator.Api;
using Orchestrator.Dispatching;
using Orchestrator.Security;

namespace Orchestrator.Hosting;

/// <summary>A manager's role with its door to the cluster.</summary>
internal sealed class ManagerSide : IAsyncDisposable
{
    private readonly Dispatcher dispatcher;

    private ManagerSide(ManagerRole role, ClusterServer server, Dispatcher dispatcher)
    {
        Role = role;
        Server = server;
        this.dispatcher = dispatcher;
        Logs = new DispatchedLogs(dispatcher.Logs);
    }

    public ManagerRole Role { get; }

    public ClusterServer Server { get; }

    public ITaskLogs Logs { get; }

    /// <summary>Where this host's own agent reaches the manager.</summary>
    public string LocalAddress
    {
        get
        {
            var at = Server.EndPoint;
            var any = at.Address.Equals(IPAddress.Any) || at.Address.Equals(IPAddress.IPv6Any);
            return new IPEndPoint(any ? IPAddress.Loopback : at.Address, at.Port).ToString();
        }
    }
}
