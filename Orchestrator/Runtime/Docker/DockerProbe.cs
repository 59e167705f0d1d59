namespace Orchestrator.Runtime.Docker;

/// <summary>Whether an engine can be used, and if not, why, in words for a user.</summary>
public readonly record struct DockerProbe(bool Usable, string Reason)
{
    /// <summary>Short: it decides at start which runtime to take.</summary>
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(5);

    /// <param name="endpoint"><c>unix:///path</c></param>
    public static async Task<DockerProbe> CheckAsync(string endpoint, TimeProvider time, CancellationToken ct)
    {
        try
        {
            using var client = new DockerClient(DockerEndpoint.Parse(endpoint), time) { AnswerTimeout = AnswerTimeout };
            var version = await client.NegotiateAsync(ct);
            return new DockerProbe(true, $"a Docker engine answers at {endpoint} with API {version}");
        }
        catch (Exception e) when (e is RuntimeException or FormatException)
        {
            return new DockerProbe(false, e.Message);
        }
    }
}
