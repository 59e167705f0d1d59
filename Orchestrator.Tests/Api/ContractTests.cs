using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Orchestrator.Api.Contracts;

namespace Orchestrator.Tests.Api;

public sealed class ContractTests
{
    /// <summary>What a client reads or writes itself; nobody sends null for a member of the others.</summary>
    private static readonly Type[] Requests =
    [
        typeof(ServiceSpecDto), typeof(ServiceModeDto), typeof(ReplicatedModeDto), typeof(ReplicatedJobDto),
        typeof(UpdateConfigDto), typeof(EndpointSpecDto), typeof(PortConfigDto), typeof(TaskSpecDto), typeof(ResourcesDto),
        typeof(ResourceLimitsDto), typeof(NodeResourcesDto), typeof(GenericResourceDto), typeof(NamedResourceDto),
        typeof(DiscreteResourceDto), typeof(RestartPolicyDto), typeof(PlacementDto), typeof(PlacementPreferenceDto),
        typeof(SpreadDto), typeof(NetworkAttachmentDto), typeof(ContainerSpecDto), typeof(PrivilegesDto),
        typeof(HealthcheckDto), typeof(DnsConfigDto), typeof(UlimitDto), typeof(MountDto), typeof(BindOptionsDto),
        typeof(VolumeOptionsDto), typeof(TmpfsOptionsDto), typeof(DriverDto), typeof(PlatformDto), typeof(NodeSpecDto),
        typeof(SwarmSpecDto), typeof(OrchestrationConfigDto), typeof(RaftConfigDto), typeof(DispatcherConfigDto),
        typeof(CaConfigDto), typeof(TaskDefaultsDto), typeof(EncryptionConfigDto), typeof(SwarmInitDto),
        typeof(SwarmJoinDto), typeof(UnlockKeyDto),
    ];

    private static IEnumerable<Type> Contracts => typeof(WireJson).Assembly.GetTypes()
        .Where(type => type.Namespace == typeof(WireJson).Namespace && type.Name.EndsWith("Dto", StringComparison.Ordinal));

    [TestCaseSource(nameof(Contracts))]
    public void An_empty_object_gives_the_defaults(Type contract)
    {
        var read = JsonSerializer.Deserialize("{}", contract, WireJson.Default);
        Assert.That(Json(read, contract), Is.EqualTo(Json(Activator.CreateInstance(contract), contract)));
    }

    [TestCaseSource(nameof(Requests))]
    public void Null_is_taken_for_every_member_of_a_request(Type contract)
    {
        var all = new JsonObject();
        foreach (var member in WireJson.Default.GetTypeInfo(contract)!.Properties)
            all[member.Name] = null;
        Assert.That(all, Is.Not.Empty);
        Assert.That(() => JsonSerializer.Deserialize(all.ToJsonString(), contract, WireJson.Default), Throws.Nothing);
    }

    [Test]
    public void Names_are_read_whatever_their_case()
    {
        var spec = JsonSerializer.Deserialize("""{"NAME":"a","tasktemplate":{"FORCEUPDATE":3}}""",
            WireJson.Default.ServiceSpecDto)!;
        Assert.That(spec.Name, Is.EqualTo("a"));
        Assert.That(spec.TaskTemplate!.ForceUpdate, Is.EqualTo(3));
    }

    [Test]
    public void Times_are_in_utc_with_a_z()
    {
        var time = new DateTimeOffset(2026, 11, 20, 18, 0, 0, TimeSpan.FromHours(1)).AddTicks(1_234_567);
        var json = JsonSerializer.Serialize(new NodeDto { CreatedAt = time }, WireJson.Default.NodeDto);
        Assert.That((string)JsonNode.Parse(json)!["CreatedAt"]!, Is.EqualTo("2026-11-20T17:00:00.1234567Z"));
        Assert.That((string)JsonNode.Parse(json)!["UpdatedAt"]!, Is.EqualTo("0001-01-01T00:00:00Z"));
    }

    [Test]
    public void An_empty_service_still_shows_what_clients_need()
    {
        var json = JsonSerializer.Serialize(new ServiceSpecDto(), WireJson.Default.ServiceSpecDto);
        Assert.That(json, Is.EqualTo("""{"Labels":null,"TaskTemplate":{"ForceUpdate":0},"Mode":{}}"""));
    }

    private static string Json(object? value, Type contract)
    {
        JsonTypeInfo type = WireJson.Default.GetTypeInfo(contract)
            ?? throw new AssertionException($"{contract.Name} is not in {nameof(WireJson)}");
        return JsonSerializer.Serialize(value, type);
    }
}
