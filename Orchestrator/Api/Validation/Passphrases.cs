using Orchestrator.Security;

namespace Orchestrator.Api.Validation;

/// <summary>What may protect a backup.</summary>
internal static class Passphrases
{
    /// <exception cref="ApiException">there is none, or it is too long</exception>
    public static string Checked(string? passphrase)
    {
        if (string.IsNullOrEmpty(passphrase))
            throw ApiException.Bad("Passphrase: a backup is encrypted, and there is no passphrase");
        if (passphrase.Length > BackupKey.LongestPassphrase)
            throw ApiException.Bad($"Passphrase: longer than {BackupKey.LongestPassphrase} characters");
        return passphrase;
    }

    /// <exception cref="ApiException">it cannot protect a new backup</exception>
    public static string ForNew(string? passphrase) => Checked(passphrase).Length >= BackupKey.ShortestPassphrase
        ? passphrase!
        : throw ApiException.Bad($"Passphrase: shorter than {BackupKey.ShortestPassphrase} characters. A backup holds "
            + "the key of the cluster's CA and all credentials, and whoever gets the file can try passphrases on it "
            + "for as long as they like");
}
