using System.Net;
using System.Net.Sockets;
using System.Text;
using Orchestrator.Api.Http;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Api;

/// <summary>Clients that send much, or send it slowly.</summary>
public sealed class LargeBodyTests
{
    private const string Create = "POST /services/create HTTP/1.1\r\nHost: x\r\n";
    private ApiHost _host = null!;

    [SetUp]
    public async Task StartAsync() => _host = await ApiHost.StartManagerAsync();

    [TearDown]
    public async Task StopAsync() => await _host.DisposeAsync();

    [Test]
    public async Task A_body_beyond_the_limit_without_a_length_is_refused_and_the_connection_stays_usable()
    {
        using var socket = await ConnectAsync();
        await SendAsync(socket, Create + "Transfer-Encoding: chunked\r\n\r\n");
        var chunk = $"10000\r\n{new string(' ', 0x10000)}\r\n";
        for (var sent = 0; sent <= RequestBody.Limit; sent += 0x10000)
            await SendAsync(socket, chunk);
        await SendAsync(socket, "0\r\n\r\nGET /_ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        var answers = await ReadToEndAsync(socket);
        Assert.That(answers, Does.StartWith("HTTP/1.1 413 "));
        Assert.That(answers, Does.Contain("HTTP/1.1 200 OK").And.EndsWith("OK"));
    }

    [Test]
    public async Task Large_bodies_wait_for_a_place_once_too_many_are_in_memory()
    {
        using var places = new BodyPlaces();
        var taken = Enumerable.Range(0, BodyPlaces.Count).Select(_ => places.None()).ToList();
        foreach (var place in taken)
            await place.TakeAsync(CancellationToken.None);
        using var other = places.None();
        var waiting = other.TakeAsync(CancellationToken.None).AsTask();
        Assert.That(waiting.IsCompleted, Is.False);
        taken[0].Dispose();
        await waiting.WaitAsync(ApiHost.Patience);
        taken.ForEach(place => place.Dispose());
    }

    [Test]
    public async Task A_large_body_gives_its_place_back()
    {
        var service = "{\"Unknown\":\"" + new string('a', 2 * RequestBody.Small) + "\"}";
        for (var i = 0; i < 2 * BodyPlaces.Count; i++)
            Assert.That((await _host.PostAsync("/services/create", service)).Status, Is.EqualTo(400));
    }

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, new Uri(_host.Address).Port);
        return socket;
    }

    private static async Task SendAsync(Socket socket, string text)
    {
        using var limit = new CancellationTokenSource(ApiHost.Patience);
        for (ReadOnlyMemory<byte> rest = Encoding.ASCII.GetBytes(text); !rest.IsEmpty;)
            rest = rest[await socket.SendAsync(rest, limit.Token)..];
    }

    private static async Task<string> ReadToEndAsync(Socket socket)
    {
        using var limit = new CancellationTokenSource(ApiHost.Patience);
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (await socket.ReceiveAsync(buffer, limit.Token) is > 0 and var count)
            text.Append(Encoding.ASCII.GetString(buffer, 0, count));
        return text.ToString();
    }
}
