using System.Globalization;
using Orchestrator.Api.Contracts;

namespace Orchestrator.Cli.Syntax;

/// <summary><c>type=bind,source=/a,target=/b,readonly</c>: the long form of --mount.</summary>
public static class MountSyntax
{
    public static MountDto Parse(string text)
    {
        var mount = new MountDto { Type = "volume" };
        foreach (var (key, value) in CsvFields.ParsePairs(text))
            Apply(mount, key, value);
        Check(mount);
        return mount;
    }

    private static void Apply(MountDto mount, string key, string? value)
    {
        switch (key)
        {
            case "type":
                mount.Type = CsvFields.Required(key, value).ToLowerInvariant();
                return;
            case "source" or "src":
                mount.Source = value;
                return;
            case "target" or "dst" or "destination":
                mount.Target = CsvFields.Required(key, value);
                return;
            case "readonly" or "ro":
                mount.ReadOnly = CsvFields.ParseBool(key, value);
                return;
            case "consistency":
                mount.Consistency = CsvFields.Required(key, value).ToLowerInvariant();
                return;
            default:
                ApplyTyped(mount, key, value);
                return;
        }
    }

    private static void ApplyTyped(MountDto mount, string key, string? value)
    {
        if (key.StartsWith("bind-", StringComparison.Ordinal))
            ApplyBind(mount.BindOptions ??= new BindOptionsDto(), key, value);
        else if (key.StartsWith("volume-", StringComparison.Ordinal))
            ApplyVolume(mount.VolumeOptions ??= new VolumeOptionsDto(), key, value);
        else if (key.StartsWith("tmpfs-", StringComparison.Ordinal))
            ApplyTmpfs(mount.TmpfsOptions ??= new TmpfsOptionsDto(), key, value);
        else
            throw Unknown(key);
    }

    private static void ApplyBind(BindOptionsDto options, string key, string? value)
    {
        switch (key)
        {
            case "bind-propagation":
                options.Propagation = OneOf(
                    key, CsvFields.Required(key, value), "rprivate", "private", "rshared", "shared", "rslave", "slave");
                return;
            case "bind-nonrecursive":
                options.NonRecursive = CsvFields.ParseBool(key, value);
                return;
            case "bind-create-src":
                options.CreateMountpoint = CsvFields.ParseBool(key, value);
                return;
            case "bind-recursive":
                ApplyRecursion(options, OneOf(key, value ?? "", "enabled", "disabled", "writable", "readonly"));
                return;
            default:
                throw Unknown(key);
        }
    }

    private static void ApplyRecursion(BindOptionsDto options, string value)
    {
        options.NonRecursive = value == "disabled";
        options.ReadOnlyNonRecursive = value == "writable";
        options.ReadOnlyForceRecursive = value == "readonly";
    }

    private static void ApplyVolume(VolumeOptionsDto options, string key, string? value)
    {
        switch (key)
        {
            case "volume-nocopy":
                options.NoCopy = CsvFields.ParseBool(key, value);
                return;
            case "volume-label":
                options.Labels = KeyValues.With(options.Labels, CsvFields.Required(key, value));
                return;
            case "volume-driver":
                (options.DriverConfig ??= new DriverDto()).Name = CsvFields.Required(key, value);
                return;
            case "volume-opt":
                options.DriverConfig ??= new DriverDto();
                options.DriverConfig.Options =
                    KeyValues.With(options.DriverConfig.Options, CsvFields.Required(key, value));
                return;
            case "volume-subpath":
                options.Subpath = CsvFields.Required(key, value);
                return;
            default:
                throw Unknown(key);
        }
    }

    private static void ApplyTmpfs(TmpfsOptionsDto options, string key, string? value)
    {
        switch (key)
        {
            case "tmpfs-size":
                options.SizeBytes = SizeSyntax.ParseBytes(CsvFields.Required(key, value));
                return;
            case "tmpfs-mode":
                options.Mode = ParseMode(CsvFields.Required(key, value));
                return;
            default:
                throw Unknown(key);
        }
    }

    private static uint ParseMode(string text)
    {
        uint mode = 0;
        foreach (var digit in text)
            mode = digit is >= '0' and <= '7' && mode <= 0xFFF
                ? (mode * 8) + (uint)(digit - '0')
                : throw new FormatException($"tmpfs-mode={text} is not an octal file mode: write it like 1770");
        return mode;
    }

    private static void Check(MountDto mount)
    {
        OneOf("type", mount.Type!, "bind", "volume", "tmpfs", "npipe", "cluster", "image");
        if (string.IsNullOrEmpty(mount.Target))
            throw new FormatException("target is missing: add target=/path/in/the/container");
        if (mount.Type == "bind" && string.IsNullOrEmpty(mount.Source))
            throw new FormatException("a bind mount needs source=/path/on/the/host");
        if (mount.Type == "tmpfs" && !string.IsNullOrEmpty(mount.Source))
            throw new FormatException("a tmpfs mount has no source");
        Refuse(mount.BindOptions is not null && mount.Type != "bind", "bind-*", mount.Type!);
        Refuse(mount.VolumeOptions is not null && mount.Type is not ("volume" or "cluster"), "volume-*", mount.Type!);
        Refuse(mount.TmpfsOptions is not null && mount.Type != "tmpfs", "tmpfs-*", mount.Type!);
        if (mount.BindOptions is { ReadOnlyForceRecursive: true } or { ReadOnlyNonRecursive: true } && !mount.ReadOnly)
            throw new FormatException("bind-recursive=readonly and bind-recursive=writable need readonly as well");
    }

    private static void Refuse(bool mixed, string options, string type)
    {
        if (mixed)
            throw new FormatException(
                string.Create(CultureInfo.InvariantCulture, $"{options} options do not fit type={type}"));
    }

    internal static string OneOf(string key, string value, params string[] allowed) =>
        allowed.Contains(value, StringComparer.Ordinal)
            ? value
            : throw new FormatException($"{key}={value}: use one of {string.Join(", ", allowed)}");

    private static FormatException Unknown(string key)
    {
        string[] keys =
        [
            "type", "source", "target", "readonly", "consistency", "bind-propagation", "bind-nonrecursive",
            "bind-recursive",
            "bind-create-src", "volume-nocopy", "volume-label", "volume-driver", "volume-opt", "volume-subpath",
            "tmpfs-size",
            "tmpfs-mode",
        ];
        var hint = Suggestions.DidYouMean(key, keys) ?? $"known are {string.Join(", ", keys)}";
        return new FormatException($"unknown key \"{key}\": {hint}");
    }
}
