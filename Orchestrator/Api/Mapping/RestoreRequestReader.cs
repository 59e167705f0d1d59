using System.Buffers.Binary;
using System.Text.Json;
using Orchestrator.Api.Contracts;
using Orchestrator.Api.Validation;

namespace Orchestrator.Api.Mapping;

/// <summary>
/// The beginning of a restore's body: the length of a <see cref="RestoreRequestDto"/> (4 bytes, big-endian), the JSON
/// of it, and then the backup. So the passphrase is in no header and no address, which others log.
/// </summary>
internal static class RestoreRequestReader
{
    private const int MostJson = 64 * 1024;

    /// <summary>Leaves the body where the backup begins.</summary>
    /// <exception cref="ApiException">not such a body</exception>
    public static async Task<RestoreCommand> ReadAsync(Stream body, CancellationToken ct)
    {
        var length = BinaryPrimitives.ReadUInt32BigEndian(await TakeAsync(body, sizeof(uint), ct));
        if (length > MostJson)
            throw Malformed();
        var dto = Parse(await TakeAsync(body, (int)length, ct));
        return new RestoreCommand
        {
            Passphrase = Passphrases.Checked(dto.Passphrase),
            ListenAddress = dto.ListenAddr ?? "",
            AdvertiseAddress = dto.AdvertiseAddr ?? "",
        };
    }

    private static RestoreRequestDto Parse(byte[] json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, WireJson.Default.RestoreRequestDto) ?? throw Malformed();
        }
        catch (JsonException)
        {
            throw Malformed();
        }
    }

    private static async Task<byte[]> TakeAsync(Stream body, int count, CancellationToken ct)
    {
        var bytes = new byte[count];
        return await body.ReadAtLeastAsync(bytes, count, throwOnEndOfStream: false, ct) == count
            ? bytes
            : throw Malformed();
    }

    private static ApiException Malformed() => ApiException.Bad("the body of a restore is the length of its JSON in 4 "
        + "bytes, big-endian, the JSON, and the backup: use \"swarmnet restore\"");
}
