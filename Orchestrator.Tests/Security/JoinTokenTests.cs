using System.Security.Cryptography;
using Orchestrator.Model;
using Orchestrator.Primitives;
using Orchestrator.Security;

namespace Orchestrator.Tests.Security;

public sealed class JoinTokenTests
{
    [Test]
    public void A_token_has_the_documented_form_and_carries_the_digest_of_the_CA()
    {
        using var pki = new TestPki();
        var token = JoinToken.Create(pki.CaCertificate, IdSource.Secure);
        Assert.That(token.Reveal(), Does.Match("^SWMTKN-1-[0-9a-z]{50}-[0-9a-z]{25}$"));
        var digest = IdSource.ToBase36(SHA256.HashData(pki.CaCertificate.RawData), 50);
        Assert.That(token.Reveal(), Does.StartWith($"SWMTKN-1-{digest}-"));
        Assert.That(JoinToken.TryParse(token.Reveal(), out var back, out var problem), problem);
        Assert.That(back!.Reveal(), Is.EqualTo(token.Reveal()));
    }

    [Test]
    public void A_token_is_for_one_CA_only()
    {
        using var one = new TestPki();
        using var two = new TestPki();
        var token = JoinToken.Create(one.CaCertificate, IdSource.Secure);
        Assert.That(token.IsFor(one.CaCertificate), Is.True);
        Assert.That(token.IsFor(two.CaCertificate), Is.False);
    }

    [Test]
    public void The_token_that_matches_decides_the_role()
    {
        using var pki = new TestPki();
        var worker = JoinToken.Create(pki.CaCertificate, IdSource.Secure);
        var manager = JoinToken.Create(pki.CaCertificate, IdSource.Secure);
        var cluster = new Cluster
        {
            Id = pki.ClusterId, WorkerToken = worker.Reveal(), ManagerToken = manager.Reveal(),
        };
        Assert.That(worker.RoleIn(cluster), Is.EqualTo(NodeRole.Worker));
        Assert.That(manager.RoleIn(cluster), Is.EqualTo(NodeRole.Manager));
        Assert.That(JoinToken.Create(pki.CaCertificate, IdSource.Secure).RoleIn(cluster), Is.Null);
        Assert.That(worker.RoleIn(cluster with { WorkerToken = "" }), Is.Null);
    }

    [Test]
    public void The_secret_is_not_in_the_text_that_a_log_would_get()
    {
        using var pki = new TestPki();
        var token = JoinToken.Create(pki.CaCertificate, IdSource.Secure);
        Assert.That($"{token}", Does.Not.Contain(token.Reveal()[^25..]));
    }

    private const string Digest = "01234567890123456789012345678901234567890123456789";
    private const string Secret = "abcdefghijklmnopqrstuvwxy";

    [TestCase("", "empty")]
    [TestCase("hello", "starts with SWMTKN-1-")]
    [TestCase("SWMTKN-2-" + Digest + "-" + Secret, "starts with SWMTKN-1-")]
    [TestCase("SWMTKN-1-" + Digest + "-" + "short", "65 characters instead of 85")]
    [TestCase("SWMTKN-1-" + Digest + "x" + Secret, "characters that no token has")]
    [TestCase("SWMTKN-1-" + Digest + "-ABCDEFGHIJKLMNOPQRSTUVWXY", "characters that no token has")]
    [TestCase("SWMTKN-1-\u00e91234567890123456789012345678901234567890123456789-" + Secret, "that no token has")]
    public void A_malformed_token_is_refused_and_says_why(string text, string why)
    {
        Assert.That(JoinToken.TryParse(text, out _, out var problem), Is.False);
        Assert.That(problem, Does.Contain(why));
        Assert.That(problem, Does.Not.Contain(Secret));
    }
}
