namespace Orchestrator.Api.Validation;

/// <summary>How large a spec may be. Without limits one request could stop a cluster.</summary>
internal static class Limits
{
    public const int NameLength = 63;
    public const int ImageLength = 1024;
    public const ulong Replicas = 1_000_000;
    public const int LabelBytes = 256 * 1024;
    public const int EnvironmentBytes = 1024 * 1024;
    public const int Ports = 1000;
    public const int Mounts = 1000;
    public const int Constraints = 256;

    /// <summary>Of a registry's credentials, as base64.</summary>
    public const int RegistryAuth = 16 * 1024;
}
