using Orchestrator.Security;

namespace Orchestrator.Tests.Security;

public sealed class IdentityDirectoryTests
{
    private string data = "";
    private TestPki pki = null!;

    private IdentityDirectory Store => new(data);

    private string Certificates => Path.Combine(data, "certificates");

    [SetUp]
    public void SetUp()
    {
        data = Directory.CreateTempSubdirectory("identity").FullName;
        pki = new TestPki();
    }

    [TearDown]
    public void TearDown()
    {
        pki.Dispose();
        Directory.Delete(data, recursive: true);
    }

    [Test]
    public void A_host_without_identity_has_none() => Assert.That(Store.Load(), Is.Null);

    [Test]
    public void What_was_saved_is_loaded()
    {
        using var saved = pki.Manager();
        Store.Save(saved);
        using var loaded = Store.Load();
        Assert.That(loaded!.Peer, Is.EqualTo(saved.Peer));
        Assert.That(loaded.CertificatePem, Is.EqualTo(saved.CertificatePem));
        Assert.That(loaded.CaPem, Is.EqualTo(saved.CaPem));
        Assert.That(loaded.Certificate.HasPrivateKey);
    }

    [Test]
    public void Only_the_owner_may_read_the_key()
    {
        using var identity = pki.Worker();
        Store.Save(identity);
        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.That(File.GetUnixFileMode(Path.Combine(Certificates, "node.key")), Is.EqualTo(owner));
        Assert.That(File.GetUnixFileMode(Certificates), Is.EqualTo(owner | UnixFileMode.UserExecute));
        Assert.That(
            Directory.GetFiles(Certificates).Select(Path.GetFileName),
            Is.EquivalentTo(new[] { "ca.crt", "node.crt", "node.key" }));
        Assert.That(Directory.GetDirectories(data), Is.EqualTo(new[] { Certificates }));
    }

    [Test]
    public void A_renewal_replaces_all_three()
    {
        using var first = pki.Worker();
        using var second = pki.Worker();
        Store.Save(first);
        Store.Save(second);
        using var loaded = Store.Load();
        Assert.That(loaded!.NodeId, Is.EqualTo(second.NodeId));
    }

    // The four states that a crash inside Save can leave, and which identity counts in each.
    [TestCase("new is half written", 1)]
    [TestCase("old is moved away, new is whole", 2)]
    [TestCase("old is moved away, new is lost", 1)]
    [TestCase("old is not removed yet", 2)]
    public void After_a_crash_the_old_or_the_new_identity_is_there_whole(string state, int expected)
    {
        using var first = pki.Worker();
        using var second = pki.Worker();
        Store.Save(first);
        Leave(state, second);
        using (var loaded = Store.Load())
            Assert.That(loaded!.NodeId, Is.EqualTo((expected == 1 ? first : second).NodeId));
        Assert.That(Directory.GetDirectories(data), Is.EqualTo(new[] { Certificates }));
        Store.Save(second);
        using var after = Store.Load();
        Assert.That(after!.NodeId, Is.EqualTo(second.NodeId));
    }

    [Test]
    public void A_first_save_that_was_cut_off_leaves_no_identity()
    {
        Directory.CreateDirectory(Certificates + ".new");
        File.WriteAllText(Path.Combine(Certificates + ".new", "node.crt"), "half");
        Assert.That(Store.Load(), Is.Null);
        Assert.That(Directory.GetDirectories(data), Is.Empty);
    }

    [TestCase("node.key", null, "node.key is missing")]
    [TestCase("node.crt", null, "node.crt is missing")]
    [TestCase("ca.crt", null, "ca.crt is missing")]
    [TestCase("node.key", "", "the node's key")]
    [TestCase("node.crt", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "the node's certificate")]
    [TestCase("ca.crt", "junk", "the CA certificate")]
    public void A_damaged_identity_is_named_and_not_used(string file, string? content, string why)
    {
        using var identity = pki.Worker();
        Store.Save(identity);
        var path = Path.Combine(Certificates, file);
        File.Delete(path);
        if (content is not null)
            File.WriteAllText(path, content);
        Assert.That(
            () => Store.Load(),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains(why).And.Message.Contains(Certificates));
    }

    [Test]
    public void Parts_of_two_identities_are_not_one()
    {
        using var one = pki.Worker();
        using var two = pki.Worker();
        using var foreign = new TestPki();
        Store.Save(one);
        File.WriteAllText(Path.Combine(Certificates, "node.crt"), two.CertificatePem);
        Assert.That(
            () => Store.Load(), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("does not belong"));
        Store.Save(one);
        File.WriteAllText(Path.Combine(Certificates, "ca.crt"), foreign.Ca.CertificatePem);
        Assert.That(
            () => Store.Load(),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("not from this cluster"));
    }

    [Test]
    public void Deleting_leaves_nothing()
    {
        using var identity = pki.Worker();
        Store.Save(identity);
        Store.Delete();
        Assert.That(Directory.GetFileSystemEntries(data), Is.Empty);
        Assert.That(Store.Load(), Is.Null);
    }

    private void Leave(string state, NodeIdentity second)
    {
        var (current, next, old) = (Certificates, Certificates + ".new", Certificates + ".old");
        var scratch = Directory.CreateDirectory(Path.Combine(data, "scratch")).FullName;
        new IdentityDirectory(scratch).Save(second);
        Directory.Move(Path.Combine(scratch, "certificates"), next);
        Directory.Delete(scratch);
        if (state.StartsWith("new is half", StringComparison.Ordinal))
            File.Delete(Path.Combine(next, "node.key"));
        else
            Directory.Move(current, old);
        if (state.EndsWith("new is lost", StringComparison.Ordinal))
            Directory.Delete(next, recursive: true);
        if (state.StartsWith("old is not", StringComparison.Ordinal))
            Directory.Move(next, current);
    }
}
