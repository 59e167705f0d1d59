namespace Orchestrator.Tests.Integration;

/// <summary>Which client a test drives the daemon with.</summary>
public enum Client
{
    Swarmnet,
    Docker,
}

/// <summary>The commands that the two clients spell differently.</summary>
internal static class Clients
{
    public static Task<ProgramResult> RunAsync(this DaemonProcess daemon, Client client, params string[] arguments) =>
        client == Client.Docker ? daemon.DockerAsync(arguments) : daemon.SwarmnetAsync(arguments);

    /// <summary>init, join, join-token and leave: below <c>swarm</c> for docker, at the top for swarmnet.</summary>
    public static Task<ProgramResult> SwarmAsync(this DaemonProcess daemon, Client client, params string[] arguments) =>
        client == Client.Docker ? daemon.DockerAsync(["swarm", .. arguments]) : daemon.SwarmnetAsync(arguments);

    /// <summary>Ignores the test where the stock client is not installed.</summary>
    public static void Require(Client client)
    {
        if (client == Client.Docker && !File.Exists("/usr/bin/docker"))
            Assert.Ignore("needs the docker client in /usr/bin");
    }
}
