using System.Text.Json;
using Orchestrator.Runtime.Docker.Contracts;

namespace Orchestrator.Runtime.Docker;

/// <summary>Pulls images. A pull has no deadline as long as the engine reports progress.</summary>
internal sealed class ImagePuller(DockerClient client, TimeProvider time)
{
    /// <summary>An engine that says nothing for this long is not pulling any more.</summary>
    private static readonly TimeSpan MaxSilence = TimeSpan.FromMinutes(2);

    /// <exception cref="RuntimeException">
    /// Rejected: the registry does not give it; Unavailable: the engine does not answer
    /// </exception>
    public async Task PullAsync(string image, string registryAuth, CancellationToken ct)
    {
        var reference = ImageReference.Parse(image);
        var query = $"?fromImage={Uri.EscapeDataString(reference.Name)}&tag={Uri.EscapeDataString(reference.Tag)}";
        // The answer begins when the registry has answered the engine, which takes time of its own.
        var call = EngineCall.Post("/images/create" + query) with
        {
            RegistryAuth = registryAuth,
            Patience = MaxSilence,
        };
        var error = await FollowAsync(call, ct);
        if (error is not null)
            throw Missing(image, error);
    }

    private async Task<string?> FollowAsync(EngineCall call, CancellationToken ct)
    {
        using var silence = new CancellationTokenSource(MaxSilence, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, silence.Token);
        string? error = null;
        try
        {
            await using var stream = await client.OpenAsync(call, ct);
            await foreach (var progress in JsonLines.ReadAsync(
                stream.Body, EngineJson.Default.PullProgress, either.Token))
            {
                silence.CancelAfter(MaxSilence);
                error = progress.Error ?? error;
            }
            return error;
        }
        catch (RuntimeException e) when (e.Failure is RuntimeFailure.Rejected or RuntimeFailure.NotFound)
        {
            return e.Message;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw EngineFailures.Silent(client.Endpoint, call, MaxSilence);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or JsonException or InvalidDataException)
        {
            ct.ThrowIfCancellationRequested();
            throw client.Lost(e);
        }
    }

    private static RuntimeException Missing(string image, string why) =>
        new(RuntimeFailure.Rejected, $"No such image: {image}: it is not on this node, and pulling it failed: {why}");
}
