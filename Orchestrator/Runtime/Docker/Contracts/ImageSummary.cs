namespace Orchestrator.Runtime.Docker.Contracts;

internal sealed record ImageSummary
{
    public string? Id { get; init; }

    public string[]? RepoTags { get; init; }
}
