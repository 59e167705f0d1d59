using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Tests.Integration;

/// <summary>An image registry that holds one tiny image under every name and tag, for those who have its password.</summary>
internal sealed class FakeRegistry : IAsyncDisposable
{
    private const string ManifestType = "application/vnd.docker.distribution.manifest.v2+json";
    private const string User = "user";
    private const string Password = "secret";

    private readonly WebApplication _app;
    private readonly Dictionary<string, byte[]> _blobs = [];
    private readonly byte[] _manifest;
    private int _manifests;

    private FakeRegistry(string address)
    {
        var tar = Tar();
        var layer = Compress(tar);
        var config = Encoding.UTF8.GetBytes(
            """{"architecture":"amd64","os":"linux","config":{"Cmd":["/x"]},""" +
            $$$""" "rootfs":{"type":"layers","diff_ids":["{{{Digest(tar)}}}"]}}""");
        _blobs[Digest(layer)] = layer;
        _blobs[Digest(config)] = config;
        _manifest = Encoding.UTF8.GetBytes($$"""
            {"schemaVersion":2,"mediaType":"{{ManifestType}}",
             "config":{"mediaType":"application/vnd.docker.container.image.v1+json",
                       "size":{{config.Length}},"digest":"{{Digest(config)}}"},
             "layers":[{"mediaType":"application/vnd.docker.image.rootfs.diff.tar.gzip",
                        "size":{{layer.Length}},"digest":"{{Digest(layer)}}"}]}
            """);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Parse(address), 0));
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    /// <summary><c>ip:port</c>, the first part of its images' names.</summary>
    public string Host => new Uri(_app.Urls.Single()).Authority;

    /// <summary>What a client sends along so that the engine may pull.</summary>
    public string Auth => Convert.ToBase64String(Encoding.UTF8.GetBytes(
        $$"""{"username":"{{User}}","password":"{{Password}}","serveraddress":"{{Host}}"}"""));

    /// <summary>How often an image was given.</summary>
    public int Pulls => _manifests;

    public static async Task<FakeRegistry> StartAsync(string address)
    {
        var registry = new FakeRegistry(address);
        await registry._app.StartAsync();
        return registry;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var expected = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}"));
        var parts = context.Request.Path.Value!.Split('/');
        context.Response.StatusCode = context.Request.Headers.Authorization == expected ? 200 : 401;
        context.Response.Headers.WWWAuthenticate = "Basic realm=\"lab\"";
        context.Response.Headers["Docker-Distribution-Api-Version"] = "registry/2.0";
        if (context.Response.StatusCode == 200 && parts[^2] == "manifests")
            await GiveAsync(context, ManifestType, _manifest);
        else if (context.Response.StatusCode == 200 && parts[^2] == "blobs")
            await GiveAsync(context, "application/octet-stream", _blobs[parts[^1]]);
    }

    private async Task GiveAsync(HttpContext context, string type, byte[] body)
    {
        context.Response.ContentType = type;
        context.Response.ContentLength = body.Length;
        context.Response.Headers["Docker-Content-Digest"] = Digest(body);
        if (HttpMethods.IsHead(context.Request.Method))
            return;
        if (type == ManifestType)
            Interlocked.Increment(ref _manifests);
        await context.Response.Body.WriteAsync(body);
    }

    private static byte[] Tar()
    {
        using var bytes = new MemoryStream();
        using (var tar = new TarWriter(bytes))
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "x") { DataStream = new MemoryStream([1]) });
        return bytes.ToArray();
    }

    private static byte[] Compress(byte[] content)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest))
            gzip.Write(content);
        return bytes.ToArray();
    }

    private static string Digest(byte[] content) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content));
}
