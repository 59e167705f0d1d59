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

    private static string Text(GenericResource resource) =>
        resource.Unit.Length > 0 ? resource.Unit : $"{resource.Count}";
}
