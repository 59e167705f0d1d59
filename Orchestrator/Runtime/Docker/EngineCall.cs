namespace Orchestrator.Runtime.Docker;

/// <summary>One request. The path has no version and no host; ids in it are escaped already.</summary>
internal sealed record EngineCall(HttpMethod Method, string Path)
{
    /// <summary>JSON; null = none.</summary>
    public byte[]? Body { get; init; }

    /// <summary>base64url JSON; a secret: never logged.</summary>
    public string RegistryAuth { get; init; } = "";

    /// <summary>How much longer than a quick call this one may take.</summary>
    public TimeSpan Patience { get; init; }

    public static EngineCall Get(string path) => new(HttpMethod.Get, path);

    public static EngineCall Post(string path) => new(HttpMethod.Post, path);

    public static EngineCall Delete(string path) => new(HttpMethod.Delete, path);

    /// <summary>Path of one container, safe whatever the id.</summary>
    /// <exception cref="RuntimeException">NotFound: no container can have that id</exception>
    public static string Container(string id, string rest = "")
    {
        if (id.Trim('.').Length == 0) // the URL parser would drop the segment, and another path would be called
            throw new RuntimeException(RuntimeFailure.NotFound, $"No such container: '{id}'");
        return $"/containers/{Uri.EscapeDataString(id)}{rest}";
    }
}
