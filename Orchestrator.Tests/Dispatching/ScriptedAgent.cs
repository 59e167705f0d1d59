using System.Net;
using Orchestrator.Model;
using Orchestrator.Security;
using Orchestrator.Serialization;

namespace Orchestrator.Tests.Dispatching;

/// <summary>The other end of a session, told by the test what to say.</summary>
internal sealed class ScriptedAgent : IAsyncDisposable
{
    private readonly HttpClient client;
    private readonly StreamedContent content;
    private readonly HttpResponseMessage response;
    private readonly Stream input;

    private ScriptedAgent(HttpClient client, StreamedContent content, HttpResponseMessage response, Stream input)
    {
        this.client = client;
        this.content = content;
        this.response = response;
        this.input = input;
    }

    public SessionSettings Settings { get; private set; } = new();

    /// <summary>Opens a session and reads the settings; says nothing yet.</summary>
    public static Task<ScriptedAgent> OpenAsync(ManagerUnderTest manager, NodeIdentity node, CancellationToken ct) =>
        OpenAsync(manager.ClientOf(node), ct);

    /// <param name="client">of one node at one manager; it is disposed with the session</param>
    public static async Task<ScriptedAgent> OpenAsync(HttpClient client, CancellationToken ct)
    {
        var content = new StreamedContent();
        var request = new HttpRequestMessage(HttpMethod.Post, ClusterPaths.Session)
        {
            Content = content, Version = client.DefaultRequestVersion, VersionPolicy = client.DefaultVersionPolicy,
        };
        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        var agent = new ScriptedAgent(client, content, response, await response.Content.ReadAsStreamAsync(ct));
        agent.Settings = await agent.ReceiveAsync<SessionSettings>(ct);
        return agent;
    }

    /// <summary>Opens a session, says hello and reads the complete set.</summary>
    public static async Task<ScriptedAgent> ConnectAsync(ManagerUnderTest manager, NodeIdentity node, CancellationToken ct)
    {
        var agent = await OpenAsync(manager, node, ct);
        await agent.SayAsync(new AgentHello { Description = new NodeDescription { Hostname = "host" } }, ct);
        agent.First = await agent.ReceiveAsync<AssignmentSet>(ct);
        return agent;
    }

    /// <summary>The complete set.</summary>
    public AssignmentSet First { get; private set; } = new();

    public async Task SayAsync(AgentMessage message, CancellationToken ct) =>
        await FrameStream.WriteFrameAsync(await content.OutputAsync(ct), message, ct);

    public async Task SayRawAsync(byte[] bytes, CancellationToken ct)
    {
        var output = await content.OutputAsync(ct);
        await output.WriteAsync(bytes, ct);
        await output.FlushAsync(ct);
    }

    public Task ReportAsync(ulong number, CancellationToken ct, params ReadOnlySpan<TaskStatusUpdate> updates) =>
        SayAsync(new AgentStatusReport { Number = number, Updates = [.. updates] }, ct);

    /// <summary>The next message, which must be of this kind.</summary>
    public async Task<T> ReceiveAsync<T>(CancellationToken ct) where T : ManagerMessage
    {
        var message = await FrameStream.ReadFrameAsync<ManagerMessage>(input, FrameLimits.FromManager, ct);
        Assert.That(message, Is.InstanceOf<T>());
        return (T)message!;
    }

    /// <summary>Reads until the manager ends the session, in whatever way.</summary>
    public async Task UntilClosedAsync(CancellationToken ct)
    {
        try
        {
            while (await FrameStream.ReadFrameAsync<ManagerMessage>(input, FrameLimits.FromManager, ct) is not null)
            {
                // What comes before the end does not matter here.
            }
        }
        catch (IOException)
        {
            // The stream was reset.
        }
    }

    /// <summary>Serves a log request as an agent does.</summary>
    public async Task<LogUpload> OpenLogAsync(string requestId, CancellationToken ct) =>
        await LogUpload.OpenAsync(client, requestId, ct);

    public async ValueTask DisposeAsync()
    {
        content.Complete();
        await input.DisposeAsync();
        response.Dispose();
        client.Dispose();
    }
}
