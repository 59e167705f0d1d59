using System.Net;
using Orchestrator.Api;
using Orchestrator.Runtime;
using Orchestrator.Security;

namespace Orchestrator.Hosting;

/// <summary>What has to be found out before this host can be a node.</summary>
internal static class NodeSetup
{
    /// <exception cref="ApiException">an address is malformed, or the choice is the user's</exception>
    public static AddressChoice Choose(string listen, string advertise, HostServices services)
    {
        try
        {
            var said = advertise.Length > 0 ? advertise : services.Options.Advertise;
            return AddressChoice.From(listen, said, services.Options.Listen, AddressChoice.OfThisHost());
        }
        catch (FormatException exception)
        {
            throw ApiException.Bad(exception.Message);
        }
    }

    /// <summary>For a host that joins; null: the address is found out when it is needed.</summary>
    /// <exception cref="ApiException">an address is malformed</exception>
    public static AddressChoice? ChooseLater(string listen, string advertise, HostServices services)
    {
        if (advertise.Length > 0)
            return Choose(listen, advertise, services);
        try
        {
            AddressChoice.Check(listen, services.Options.Listen, AddressChoice.OfThisHost());
            return null;
        }
        catch (FormatException exception)
        {
            throw ApiException.Bad(exception.Message);
        }
    }

    /// <exception cref="ApiException">the runtime that was asked for does not answer</exception>
    public static async Task<string> ChooseRuntimeAsync(HostServices services, CancellationToken ct)
    {
        try
        {
            return await RuntimeFactory.ChooseAsync(services, ct);
        }
        catch (RuntimeException exception)
        {
            throw ApiException.Unavailable($"{exception.Message} Start the engine, or start the daemon with "
                + "--runtime process to run tasks without one");
        }
    }

    /// <summary>What is kept of a new manager.</summary>
    /// <param name="listening">with the real port</param>
    public static NodeState StateOf(
        NodeIdentity identity, AddressChoice chosen, IPEndPoint listening, string runtime) => new()
    {
        NodeId = identity.NodeId.Value,
        ClusterId = identity.ClusterId.Value,
        Manager = true,
        ListenAddress = listening.ToString(),
        AdvertiseAddress = chosen.AdvertisedFrom(listening),
        Runtime = runtime,
    };

    /// <summary>
    /// A manager listens where it began to; under what address others reach it, the daemon's settings say, else what
    /// was stored.
    /// </summary>
    /// <exception cref="OptionException">a stored address is damaged, or the setting cannot be used</exception>
    public static AddressChoice AddressesOf(NodeState state, DaemonOptions options)
    {
        var listen = AddressIn(state.ListenAddress, "listen on");
        if (options.Advertise.Length == 0)
            return new AddressChoice(listen, AddressIn(state.AdvertiseAddress, "be reached under"));
        try
        {
            return AddressChoice.From("", options.Advertise, listen, AddressChoice.OfThisHost());
        }
        catch (FormatException exception)
        {
            throw new OptionException(exception.Message);
        }
    }

    private static IPEndPoint AddressIn(string stored, string use) =>
        IPEndPoint.TryParse(stored, out var address)
            ? address
            : throw new OptionException(
                $"node.json names no address to {use}, but '{stored}': restore it from a backup");

    /// <exception cref="OptionException">the identity is damaged or missing</exception>
    public static NodeIdentity Load(IdentityDirectory identities, string dataDirectory)
    {
        try
        {
            return identities.Load()
                ?? throw new OptionException(
                    "this host is a node of a cluster, but its certificate is missing: restore "
                    + $"{dataDirectory} from a backup, or remove it and join again");
        }
        catch (InvalidDataException exception)
        {
            throw new OptionException(exception.Message);
        }
    }
}
