using System.Text;
using Orchestrator.Primitives;

namespace Orchestrator.Security;

/// <summary>
/// The node's identity on disk: <c>certificates/{node.crt,node.key,ca.crt}</c>. The three are replaced together by
/// renaming whole directories, so that a crash at any moment leaves the old identity or the new one.
/// </summary>
/// <param name="dataDirectory">the daemon's own directory; exists already</param>
public sealed class IdentityDirectory(string dataDirectory)
{
    private const string CertificateFile = "node.crt";
    private const string KeyFile = "node.key";
    private const string CaFile = "ca.crt";
    private const UnixFileMode OwnerOnly =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _current = Path.Combine(dataDirectory, "certificates");
    private readonly string _next = Path.Combine(dataDirectory, "certificates.new");
    private readonly string _previous = Path.Combine(dataDirectory, "certificates.old");

    /// <summary>The stored identity, or null when this host is not a node of a cluster.</summary>
    /// <exception cref="InvalidDataException">something is stored, but it is not whole</exception>
    public NodeIdentity? Load()
    {
        FinishInterruptedSave();
        if (!Directory.Exists(_current))
            return null;
        try
        {
            return NodeIdentity.FromPem(Read(CertificateFile), Read(KeyFile), Read(CaFile));
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException(
                $"the identity of this node in {_current} is damaged: {e.Message}. Restore the directory from a "
                + "backup, or remove it and join the cluster again", e);
        }
    }

    /// <summary>Stores the identity in place of the one before it. Durable when it returns.</summary>
    public void Save(NodeIdentity identity)
    {
        FinishInterruptedSave();
        Directory.CreateDirectory(_next, OwnerOnly);
        Write(CertificateFile, identity.CertificatePem);
        Write(KeyFile, identity.KeyPem);
        Write(CaFile, identity.CaPem);
        if (Directory.Exists(_current))
            Directory.Move(_current, _previous);
        Directory.Move(_next, _current);
        DurableFile.FlushDirectory(dataDirectory);
        Discard(_previous);
    }

    /// <summary>Forgets the identity: the node has left its cluster.</summary>
    public void Delete()
    {
        foreach (var directory in new[] { _next, _previous, _current })
            Discard(directory);
        DurableFile.FlushDirectory(dataDirectory);
    }

    // A save renames current → previous, then next → current. Next is complete before the first of the two.
    private void FinishInterruptedSave()
    {
        if (!Directory.Exists(_current) && Directory.Exists(_previous))
            Directory.Move(Directory.Exists(_next) ? _next : _previous, _current);
        Discard(_next);
        Discard(_previous);
    }

    private static void Discard(string directory)
    {
        if (Directory.Exists(directory))
            Directory.Delete(directory, recursive: true);
    }

    private string Read(string name)
    {
        var path = Path.Combine(_current, name);
        if (!File.Exists(path))
            throw new InvalidDataException($"{name} is missing");
        if (new FileInfo(path).Length > PemText.MaxLength)
            throw new InvalidDataException($"{name} is longer than {PemText.MaxLength} bytes");
        return File.ReadAllText(path);
    }

    private void Write(string name, string text) =>
        DurableFile.Replace(Path.Combine(_next, name), Encoding.ASCII.GetBytes(text));
}
