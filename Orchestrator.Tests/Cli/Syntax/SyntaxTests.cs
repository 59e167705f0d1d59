using FsCheck;
using FsCheck.Fluent;
using Orchestrator.Cli.Client;
using Orchestrator.Cli.Syntax;

namespace Orchestrator.Tests.Cli.Syntax;

[TestFixture]
public sealed class SyntaxTests
{
    private const long Second = 1_000_000_000;

    [TestCase("0", 0)]
    [TestCase("10ms", 10_000_000)]
    [TestCase("1h2m3s", 3723 * Second)]
    [TestCase("1.5s", 1_500_000_000)]
    [TestCase("100us", 100_000)]
    [TestCase("7ns", 7)]
    public void A_duration_is_read_in_nanoseconds(string text, long expected) =>
        Assert.That(DurationSyntax.ParseNanoseconds(text), Is.EqualTo(expected));

    [TestCase("", "empty")]
    [TestCase("5", "lacks a unit")]
    [TestCase("-5s", "negative")]
    [TestCase("5 s", "not a unit")]
    [TestCase("5d", "not a unit of time")]
    [TestCase("1.2.3s", "not a duration")]
    [TestCase("999999999h", "292 years")]
    public void A_wrong_duration_says_what_is_wrong(string text, string message) =>
        Assert.That(() => DurationSyntax.ParseNanoseconds(text), Throws.InstanceOf<FormatException>().With.Message.Contains(message));

    [Test]
    public void A_printed_duration_is_read_back_the_same() => Prop.ForAll(
        Gen.Choose(0, int.MaxValue).Select(n => (long)n * n).ToArbitrary(),
        nanoseconds => DurationSyntax.ParseNanoseconds(DurationSyntax.Format(nanoseconds)) == nanoseconds).QuickCheckThrowOnFailure();

    [TestCase("0", 0)]
    [TestCase("4096", 4096)]
    [TestCase("64b", 64)]
    [TestCase("64m", 64 << 20)]
    [TestCase("1.5GiB", 1610612736)]
    [TestCase("2 kb", 2048)]
    public void A_size_is_read_in_bytes(string text, long expected) => Assert.That(SizeSyntax.ParseBytes(text), Is.EqualTo(expected));

    [TestCase("m")]
    [TestCase("5x")]
    [TestCase("-1m")]
    [TestCase("9999999999p")]
    [TestCase("5mm")]
    public void A_wrong_size_is_refused(string text) => Assert.That(() => SizeSyntax.ParseBytes(text), Throws.InstanceOf<FormatException>());

    [TestCase("0.5", 500_000_000)]
    [TestCase("2", 2 * Second)]
    [TestCase("0.000000001", 1)]
    public void A_number_of_CPUs_is_read_in_billionths(string text, long expected) =>
        Assert.That(SizeSyntax.ParseNanoCpus(text), Is.EqualTo(expected));

    [Test]
    public void Too_fine_a_share_of_a_CPU_is_refused() =>
        Assert.That(() => SizeSyntax.ParseNanoCpus("0.0000000001"), Throws.InstanceOf<FormatException>().With.Message.Contains("decimals"));

    [TestCase("a b  c", "a|b|c")]
    [TestCase("sh -c 'echo \"x y\"'", "sh|-c|echo \"x y\"")]
    [TestCase("\"a \\\"b\\\"\" ''", "a \"b\"|")]
    [TestCase("a\\ b", "a b")]
    [TestCase("", "")]
    public void Words_split_as_in_a_shell(string text, string expected) =>
        Assert.That(string.Join('|', ShellWords.Split(text)), Is.EqualTo(expected));

    [TestCase("'open")]
    [TestCase("end\\")]
    public void An_open_end_is_refused(string text) => Assert.That(() => ShellWords.Split(text), Throws.InstanceOf<FormatException>());

    [Test]
    public void Single_quoted_words_are_read_back_the_same() => Prop.ForAll<NonEmptyString[]>(words =>
        ShellWords.Split(string.Join(' ', words.Select(word => "'" + word.Get.Replace("'", "'\\''") + "'")))
            .SequenceEqual(words.Select(word => word.Get))).QuickCheckThrowOnFailure();

    [TestCase("80", "0:80/tcp")]
    [TestCase("8080:80", "8080:80/tcp")]
    [TestCase("53:53/udp", "53:53/udp")]
    [TestCase("8000-8002:80-82", "8000:80/tcp 8001:81/tcp 8002:82/tcp")]
    [TestCase("8000-8001:80", "8000:80/tcp 8001:80/tcp")]
    public void The_short_form_of_publish_expands_ranges(string text, string expected) => Assert.That(
        string.Join(' ', PublishSyntax.Parse(text).Select(port => $"{port.PublishedPort}:{port.TargetPort}/{port.Protocol}")),
        Is.EqualTo(expected));

    [Test]
    public void The_long_form_of_publish_chooses_from_a_range_and_listens_on_one_address()
    {
        var port = PublishSyntax.Parse("published=8000-8009,target=80,mode=host,host_ip=127.0.0.1").Single();
        Assert.That((port.PublishedPort, port.PublishedPortEnd, port.HostIp), Is.EqualTo((8000u, 8009u, "127.0.0.1")));
        Assert.That(PublishSyntax.Parse("published=80,target=80,mode=host").Single().PublishedPortEnd, Is.Zero);
    }

    [TestCase("published=9-8,target=80,mode=host", "backwards")]
    [TestCase("target=80,mode=host,host_ip=there", "not an IP address")]
    [TestCase("127.0.0.1:80:80", "an address cannot be chosen")]
    [TestCase("8000-8002:80-81", "do not match")]
    [TestCase("82-80:80", "backwards")]
    [TestCase("0", "not a port")]
    [TestCase("published=80", "target is missing")]
    [TestCase("target=80,mode=swarm", "use one of host, ingress")]
    [TestCase("target=80,protocol=icmp", "use one of tcp, udp, sctp")]
    [TestCase("target=80,port=1", "unknown key")]
    public void A_wrong_port_says_what_is_wrong(string text, string message) =>
        Assert.That(() => PublishSyntax.Parse(text), Throws.InstanceOf<FormatException>().With.Message.Contains(message));

    [Test]
    public void A_mount_reads_all_its_keys()
    {
        var mount = MountSyntax.Parse(
            "type=volume,source=v,target=/d,readonly=true,volume-nocopy,volume-label=a=1,volume-driver=local,\"volume-opt=o=x,y\"");
        Assert.That(mount.ReadOnly, Is.True);
        Assert.That(mount.VolumeOptions!.NoCopy, Is.True);
        Assert.That(mount.VolumeOptions.Labels!["a"], Is.EqualTo("1"));
        Assert.That(mount.VolumeOptions.DriverConfig!.Options!["o"], Is.EqualTo("x,y"));
        Assert.That(MountSyntax.Parse("type=tmpfs,dst=/t,tmpfs-size=1m,tmpfs-mode=1770").TmpfsOptions!.Mode, Is.EqualTo(1016));
        Assert.That(MountSyntax.Parse("target=/d").Type, Is.EqualTo("volume"));
    }

    [TestCase("type=bind,source=/a", "target is missing")]
    [TestCase("type=tmpfs,source=x,target=/t", "no source")]
    [TestCase("type=bind,source=/a,target=/b,volume-nocopy", "do not fit")]
    [TestCase("type=bind,source=/a,target=/b,bind-propagation=x", "use one of")]
    [TestCase("type=nfs,target=/b", "use one of")]
    [TestCase("target=/b,sorce=/a", "Did you mean source")]
    [TestCase("target=/b,\"open", "never closed")]
    [TestCase("type=tmpfs,target=/t,tmpfs-mode=9", "octal")]
    [TestCase("type=bind,source=/a,target=/b,bind-recursive=readonly", "need readonly")]
    public void A_wrong_mount_says_what_is_wrong(string text, string message) =>
        Assert.That(() => MountSyntax.Parse(text), Throws.InstanceOf<FormatException>().With.Message.Contains(message));

    [TestCase("nofile", "has no limit")]
    [TestCase("nofiles=1", "Did you mean nofile")]
    [TestCase("nofile=5:4", "above the hard limit")]
    [TestCase("nofile=x", "not a limit")]
    public void A_wrong_ulimit_says_what_is_wrong(string text, string message) =>
        Assert.That(() => ResourceSyntax.ParseUlimit(text), Throws.InstanceOf<FormatException>().With.Message.Contains(message));

    [Test]
    public void An_unlimited_ulimit_may_stand_above_any_number() =>
        Assert.That(ResourceSyntax.ParseUlimit("memlock=64:-1").Hard, Is.EqualTo(-1));

    [TestCase("2026-11-20T17:00:00Z", "1795194000.000000000")]
    [TestCase("2026-11-20T17:00:00.5+01:00", "1795190400.500000000")]
    [TestCase("10m", "1795197000.000000000")]
    [TestCase("1795197600.25", "1795197600.25")]
    public void Since_is_a_moment_or_an_age(string text, string expected) => Assert.That(
        TimeSyntax.ParseSince(text, new DateTimeOffset(2026, 11, 20, 18, 0, 0, TimeSpan.Zero)), Is.EqualTo(expected));

    [Test]
    public void Filters_of_one_key_are_alternatives() => Assert.That(
        FilterSyntax.ToJson([new("name", "a"), new("name", "b\"c"), new("label", "k=v")]),
        Is.EqualTo("""{"name":{"a":true,"b\u0022c":true},"label":{"k=v":true}}"""));

    [TestCase("tcp://host", "lacks a port")]
    [TestCase("http://x", "not an address")]
    [TestCase("unix://", "not an address")]
    public void A_wrong_address_says_what_is_wrong(string text, string message) =>
        Assert.That(() => ApiAddress.Parse(text), Throws.InstanceOf<FormatException>().With.Message.Contains(message));
}
