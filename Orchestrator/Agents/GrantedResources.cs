using Orchestrator.Model;

namespace Orchestrator.Agents;

/// <summary>Tells a task which units of generic resources are its own, as Docker does.</summary>
internal static class GrantedResources
{
    /// <summary><c>DOCKER_RESOURCE_GPU=uuid1,uuid2</c>, or the number where units have no names.</summary>
    public static ContainerSpec AddTo(ContainerSpec container, ImmutableArray<GenericResource> granted) =>
        granted.IsEmpty
            ? container
            : container with
            {
                Env =
                [
                    .. container.Env,
                    .. granted.GroupBy(resource => resource.Kind).Select(kind =>
                        $"DOCKER_RESOURCE_{kind.Key.ToUpperInvariant()}={string.Join(',', kind.Select(Text))}"),
                ],
            };

    /// <summary>A unit that is named by the path of a device is that device.</summary>
    public static ImmutableArray<string> DevicesOf(ImmutableArray<GenericResource> granted) =>
        [.. granted.Select(resource => resource.Unit).Where(DevicePath.Is)];

    private static string Text(GenericResource resource) =>
        resource.Unit.Length > 0 ? resource.Unit : $"{resource.Count}";
}
