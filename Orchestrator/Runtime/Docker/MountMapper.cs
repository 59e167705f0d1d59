using Orchestrator.Model;
using Orchestrator.Runtime.Docker.Contracts;

namespace Orchestrator.Runtime.Docker;

internal static class MountMapper
{
    private static readonly Version ReadOnlyRecursionApi = new(1, 44);
    private static readonly Version SubpathApi = new(1, 45);

    /// <exception cref="RuntimeException">
    /// Rejected: an option that this engine would ignore, with another result than the user asked for
    /// </exception>
    public static MountConfig Map(Mount mount, Version api)
    {
        RequireSupport(mount, api);
        return new MountConfig
        {
            Type = Name(mount.Type),
            Source = mount.Source.Length == 0 ? null : mount.Source,
            Target = mount.Target,
            ReadOnly = mount.ReadOnly,
            Consistency = mount.Consistency.Length == 0 ? null : mount.Consistency,
            BindOptions = mount.Bind is { } bind ? Map(bind) : null,
            VolumeOptions = mount.Volume is { } volume ? Map(volume) : null,
            TmpfsOptions = mount.Tmpfs is { } tmpfs
                ? new TmpfsConfig { SizeBytes = tmpfs.SizeBytes, Mode = tmpfs.Mode }
                : null,
        };
    }

    private static BindConfig Map(BindOptions bind) => new()
    {
        Propagation = bind.Propagation.Length == 0 ? null : bind.Propagation,
        NonRecursive = bind.NonRecursive,
        CreateMountpoint = bind.CreateMountpoint,
        ReadOnlyNonRecursive = bind.ReadOnlyNonRecursive,
        ReadOnlyForceRecursive = bind.ReadOnlyForceRecursive,
    };

    private static VolumeConfig Map(VolumeOptions volume) => new()
    {
        NoCopy = volume.NoCopy,
        Labels = volume.Labels.IsEmpty ? null : volume.Labels,
        Subpath = volume.Subpath.Length == 0 ? null : volume.Subpath,
        DriverConfig = volume.Driver is { } driver
            ? new VolumeDriver { Name = driver.Name, Options = driver.Options }
            : null,
    };

    private static void RequireSupport(Mount mount, Version api)
    {
        if (mount.Volume is { Subpath.Length: > 0 } && api < SubpathApi)
            throw TooOld(mount, "volume-subpath", SubpathApi, api);
        if (mount.Bind is { ReadOnlyForceRecursive: true } && api < ReadOnlyRecursionApi)
            throw TooOld(mount, "bind-recursive=readonly", ReadOnlyRecursionApi, api);
    }

    private static RuntimeException TooOld(Mount mount, string option, Version needed, Version api) => new(
        RuntimeFailure.Rejected,
        $"mount at {mount.Target}: {option} needs a Docker engine with API {needed}, this node's has {api}");

    private static string Name(MountType type) => type switch
    {
        MountType.Bind => "bind",
        MountType.Volume => "volume",
        MountType.Tmpfs => "tmpfs",
    };
}
