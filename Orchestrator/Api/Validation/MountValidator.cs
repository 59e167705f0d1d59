using Orchestrator.Model;

namespace Orchestrator.Api.Validation;

internal static class MountValidator
{
    private static readonly string[] Propagations = ["", "private", "rprivate", "shared", "rshared", "slave", "rslave"];

    public static void Check(ImmutableArray<Mount> mounts)
    {
        if (mounts.Length > Limits.Mounts)
            throw ApiException.Bad($"ContainerSpec.Mounts: more than the limit of {Limits.Mounts} mounts");
        var targets = new HashSet<string>(StringComparer.Ordinal);
        foreach (var mount in mounts)
        {
            Check(mount);
            if (!targets.Add(mount.Target.Length > 1 ? mount.Target.TrimEnd('/') : mount.Target))
                throw ApiException.Bad($"ContainerSpec: duplicate mount point: {mount.Target}");
        }
    }

    private static void Check(Mount mount)
    {
        Texts.NoZero("ContainerSpec.Mounts", mount.Target);
        Texts.NoZero("ContainerSpec.Mounts", mount.Source);
        if (mount.Target.Length == 0)
            throw ApiException.Bad("ContainerSpec.Mounts: a mount has no Target");
        if (!IsAbsolute(mount.Target))
            throw Wrong(mount, "the target is not an absolute path");
        switch (mount.Type)
        {
            case MountType.Bind: Bind(mount); break;
            case MountType.Volume: Volume(mount); break;
            case MountType.Tmpfs: Tmpfs(mount); break;
        }
    }

    private static void Bind(Mount mount)
    {
        if (mount.Volume is not null || mount.Tmpfs is not null)
            throw Wrong(mount, "a bind mount takes BindOptions only");
        if (mount.Source.Length == 0)
            throw Wrong(mount, "a bind mount needs a Source, a path of the host");
        if (!IsAbsolute(mount.Source))
            throw Wrong(mount, $"the source '{mount.Source}' of a bind mount is not an absolute path");
        if (!Propagations.Contains(mount.Bind?.Propagation ?? ""))
            throw Wrong(mount, $"unknown propagation '{mount.Bind?.Propagation}'");
    }

    private static void Volume(Mount mount)
    {
        if (mount.Bind is not null || mount.Tmpfs is not null)
            throw Wrong(mount, "a volume takes VolumeOptions only");
        if (mount.Source.StartsWith('/'))
            throw Wrong(mount, $"'{mount.Source}' is no name of a volume; for a path of the host use type bind");
        Texts.Labels("ContainerSpec.Mounts.VolumeOptions.Labels", mount.Volume?.Labels ?? StringMap.Empty);
    }

    private static void Tmpfs(Mount mount)
    {
        if (mount.Bind is not null || mount.Volume is not null)
            throw Wrong(mount, "a tmpfs takes TmpfsOptions only");
        if (mount.Source.Length > 0)
            throw Wrong(mount, "a tmpfs has no Source");
        if (mount.Tmpfs?.SizeBytes < 0)
            throw Wrong(mount, "the size cannot be negative");
    }

    private static bool IsAbsolute(string path) => path.StartsWith('/') || ContainerValidator.HasTemplate(path);

    private static ApiException Wrong(Mount mount, string problem) =>
        ApiException.Bad($"ContainerSpec.Mounts: mount {mount.Target}: {problem}");
}
