using System.Text;

namespace Orchestrator.Security;

/// <summary>What a manager says when it refuses a call.</summary>
internal static class RefusalText
{
    private const int MaxBytes = 4096;

    /// <summary>Its sentence, or the status when it says nothing; not more than is fit for a log.</summary>
    public static async Task<string> ReadAsync(HttpResponseMessage response, CancellationToken ct)
    {
        await using var body = await response.Content.ReadAsStreamAsync(ct);
        var bytes = new byte[MaxBytes];
        var length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, ct);
        var text = Encoding.UTF8.GetString(bytes, 0, length).Trim();
        return text.Length > 0 ? text : $"status {(int)response.StatusCode}";
    }
}
