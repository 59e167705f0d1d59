using Orchestrator.Api.Contracts;
using Orchestrator.Model;

namespace Orchestrator.Api.Mapping;

internal static class MountMapper
{
    public static Mount Read(MountDto dto)
    {
        if (dto.ImageOptions is not null || dto.ClusterOptions is not null
            || dto.TmpfsOptions?.Options is { Count: > 0 })
            throw ApiException.NotImplemented($"ContainerSpec.Mounts: mount {dto.Target}: ImageOptions, ClusterOptions "
                + "and TmpfsOptions.Options are not available");
        return new Mount
        {
            Type = Words.MountTypeOf(dto.Type, "ContainerSpec.Mounts.Type"),
            Source = dto.Source ?? "",
            Target = dto.Target ?? "",
            ReadOnly = dto.ReadOnly,
            Consistency = dto.Consistency ?? "",
            Bind = dto.BindOptions is { } bind ? Bind(bind) : null,
            Volume = dto.VolumeOptions is { } volume ? Volume(volume) : null,
            Tmpfs = dto.TmpfsOptions is { } tmpfs
                ? new TmpfsOptions { SizeBytes = tmpfs.SizeBytes, Mode = tmpfs.Mode }
                : null,
        };
    }

    public static MountDto Write(Mount mount) => new()
    {
        Type = Words.Of(mount.Type),
        Source = Wire.OrNull(mount.Source),
        Target = Wire.OrNull(mount.Target),
        ReadOnly = mount.ReadOnly,
        Consistency = Wire.OrNull(mount.Consistency),
        BindOptions = mount.Bind is { } bind ? Bind(bind) : null,
        VolumeOptions = mount.Volume is { } volume ? Volume(volume) : null,
        TmpfsOptions = mount.Tmpfs is { } tmpfs ? new() { SizeBytes = tmpfs.SizeBytes, Mode = tmpfs.Mode } : null,
    };

    private static BindOptions Bind(BindOptionsDto dto) => new()
    {
        Propagation = dto.Propagation ?? "",
        NonRecursive = dto.NonRecursive,
        CreateMountpoint = dto.CreateMountpoint,
        ReadOnlyNonRecursive = dto.ReadOnlyNonRecursive,
        ReadOnlyForceRecursive = dto.ReadOnlyForceRecursive,
    };

    private static BindOptionsDto Bind(BindOptions bind) => new()
    {
        Propagation = Wire.OrNull(bind.Propagation),
        NonRecursive = bind.NonRecursive,
        CreateMountpoint = bind.CreateMountpoint,
        ReadOnlyNonRecursive = bind.ReadOnlyNonRecursive,
        ReadOnlyForceRecursive = bind.ReadOnlyForceRecursive,
    };

    private static VolumeOptions Volume(VolumeOptionsDto dto) => new()
    {
        NoCopy = dto.NoCopy,
        Labels = Wire.Texts(dto.Labels),
        Subpath = dto.Subpath ?? "",
        Driver = dto.DriverConfig is { } driver ? TaskTemplateMapper.Driver(driver) : null,
    };

    private static VolumeOptionsDto Volume(VolumeOptions volume) => new()
    {
        NoCopy = volume.NoCopy,
        Labels = Wire.OrNull(volume.Labels),
        Subpath = Wire.OrNull(volume.Subpath),
        DriverConfig = volume.Driver is { } driver ? TaskTemplateMapper.Driver(driver) : null,
    };
}
