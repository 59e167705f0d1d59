namespace Orchestrator.Cli.Rendering;

/// <summary>One thing a list can show.</summary>
/// <param name="Field">its name in templates and JSON</param>
/// <param name="Header">over its column</param>
public sealed record Column<T>(string Field, string Header, Func<T, string> Value);
