namespace Orchestrator.Model;

/// <summary>Engine labels that stand for what an engine says of itself: nobody can give them another meaning.</summary>
public static class DerivedLabels
{
    public const string StorageDriver = "storagedriver";
    public const string KernelVersion = "kernelversion";
    public const string OperatingSystem = "operatingsystem";

    public static ImmutableArray<string> All { get; } = [StorageDriver, KernelVersion, OperatingSystem];
}
