using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Orchestrator.Tests.Builders;
using Orchestrator.Tests.Consensus;
using Orchestrator.Tests.Integration;

namespace Orchestrator.Tests.Benchmarks;

/// <summary>
/// Three members of etcd as three processes, with its defaults and mutual TLS between them; clients put over gRPC without
/// TLS.
/// </summary>
internal sealed class EtcdGroup : IAsyncDisposable
{
    private const int Members = 3;
    private const int Connections = 8;
    private const int Prefix = 5;
    private static readonly Uri Put = new("/etcdserverpb.KV/Put", UriKind.Relative);
    private static readonly MediaTypeHeaderValue Grpc = new("application/grpc");

    private readonly TemporaryDirectory _directory = new();
    private readonly List<Process> _members = [];
    private readonly int[] _ports = FreePorts(2 * Members);
    private HttpClient[] _clients = [];

    private EtcdGroup()
    {
    }

    /// <summary>Whether the program is installed.</summary>
    public static bool IsInstalled => FindProgram() is not null;

    public static async Task<EtcdGroup> StartAsync()
    {
        var group = new EtcdGroup();
        try
        {
            group.WriteCertificates();
            for (var member = 0; member < Members; member++)
                group._members.Add(group.Launch(member));
            var leader = await Eventually.Get("a leader of etcd", group.LeaderAsync, leader => leader >= 0);
            group._clients = [.. Enumerable.Range(0, Connections).Select(_ => group.ClientOf(leader))];
            return group;
        }
        catch
        {
            await group.DisposeAsync();
            throw;
        }
    }

    /// <summary>Completes when the leader, to which all clients are connected, has acknowledged the value.</summary>
    public async Task PutAsync(int client, int bytes)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Put)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(Message($"writer{client:D3}", new byte[bytes])),
        };
        request.Content.Headers.ContentType = Grpc;
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        using var response = await _clients[client % Connections].SendAsync(request);
        await response.Content.ReadAsByteArrayAsync();
        if (!response.TrailingHeaders.TryGetValues("grpc-status", out var status) || status.Single() != "0")
            throw new AssertionException($"etcd does not put: {response}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
            client.Dispose();
        foreach (var member in _members)
        {
            Programs.Kill(member.Id);
            await member.WaitForExitAsync();
            member.Dispose();
        }
        _directory.Dispose();
    }

    private static string? FindProgram() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Select(directory => Path.Combine(directory, "etcd")).FirstOrDefault(File.Exists);

    private Process Launch(int member)
    {
        var (client, peer) = ($"http://127.0.0.1:{_ports[member]}", PeerUrl(member));
        var start = new ProcessStartInfo("/bin/sh",
        [
            "-c", $"exec \"$@\" >>'{_directory.Child($"log{member}")}' 2>&1 </dev/null", "sh", FindProgram()!,
            "--name", $"m{member}", "--data-dir", _directory.Child($"m{member}"),
            "--listen-client-urls", client, "--advertise-client-urls", client,
            "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
            "--initial-cluster", string.Join(',', Enumerable.Range(0, Members).Select(other => $"m{other}={PeerUrl(other)}")),
            "--peer-client-cert-auth", "--peer-trusted-ca-file", _directory.Child("ca.pem"),
            "--peer-cert-file", _directory.Child("peer.pem"), "--peer-key-file", _directory.Child("peer.key"),
        ]);
        return Process.Start(start)!;
    }

    private string PeerUrl(int member) => $"https://127.0.0.1:{_ports[Members + member]}";

    private HttpClient ClientOf(int member) => new(new SocketsHttpHandler())
    {
        BaseAddress = new Uri($"http://127.0.0.1:{_ports[member]}"),
    };

    /// <summary>Its number; -1 while there is none.</summary>
    private async Task<int> LeaderAsync()
    {
        for (var member = 0; member < Members; member++)
        {
            using var client = ClientOf(member);
            if ((await client.GetStringAsync("/metrics")).Contains("\netcd_server_is_leader 1"))
                return member;
        }
        return -1;
    }

    /// <summary>A <c>PutRequest</c> (1: key, 2: value) behind the five bytes of gRPC.</summary>
    private static byte[] Message(string key, byte[] value)
    {
        var body = new MemoryStream();
        body.Write(new byte[Prefix]);
        Field(body, 1, System.Text.Encoding.UTF8.GetBytes(key));
        Field(body, 2, value);
        var message = body.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), message.Length - Prefix);
        return message;
    }

    private static void Field(MemoryStream body, int number, byte[] bytes)
    {
        body.WriteByte((byte)((number << 3) | 2));
        var length = bytes.Length;
        for (; length >= 0x80; length >>= 7)
            body.WriteByte((byte)(length | 0x80));
        body.WriteByte((byte)length);
        body.Write(bytes);
    }

    private void WriteCertificates()
    {
        var now = TimeProvider.System.GetUtcNow();
        using var caKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var caRequest = new CertificateRequest("CN=etcd bench CA", caKey, HashAlgorithmName.SHA256);
        caRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var ca = caRequest.CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=etcd bench", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        // For servers and for clients.
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([new("1.3.6.1.5.5.7.3.1"), new("1.3.6.1.5.5.7.3.2")], false));
        using var peer = request.Create(ca, now.AddHours(-1), now.AddHours(23), [1]);
        File.WriteAllText(_directory.Child("ca.pem"), ca.ExportCertificatePem());
        File.WriteAllText(_directory.Child("peer.pem"), peer.ExportCertificatePem());
        File.WriteAllText(_directory.Child("peer.key"), key.ExportPkcs8PrivateKeyPem());
    }

    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        foreach (var listener in listeners)
            listener.Start();
        int[] ports = [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        foreach (var listener in listeners)
            listener.Dispose();
        return ports;
    }
}
