namespace Orchestrator.Model;

/// <summary>Names of resource units that are devices of their host, <c>/dev/nvidia0</c>.</summary>
public static class DevicePath
{
    private const string Root = "/dev/";

    public static bool Is(string unit) =>
        unit.Length > Root.Length && unit.StartsWith(Root, StringComparison.Ordinal)
        && !unit.Split('/').Contains("..");
}
