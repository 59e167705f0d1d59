using Orchestrator.Model;
using Orchestrator.Scheduling.Expressions;

namespace Orchestrator.Tests.Scheduling;

public sealed class ConstraintTests
{
    private static readonly Node Node = new()
    {
        Id = new NodeId("n1ab"),
        Spec = new NodeSpec
        {
            Role = NodeRole.Manager,
            Labels = StringMap.Empty.Add("zone", "eu-West").Add("ssd", "").Add("rack", "12").Add("Weight", "-3"),
        },
        Description = new NodeDescription
        {
            Hostname = "Host1",
            Platform = new Platform { Os = "linux", Architecture = "x86_64" },
            EngineLabels = StringMap.Empty.Add("region", "us").Add("kernel", "6.1.0-25-amd64").Add("disk", "nvme.2"),
        },
        Status = new NodeStatus { Address = "10.1.2.3" },
    };

    [TestCase("node.id==n1ab", true)]
    [TestCase("node.id==N1AB", true)]
    [TestCase("node.hostname==host1", true)]
    [TestCase("NODE.Hostname != host1", false)]
    [TestCase("node.role==manager", true)]
    [TestCase("node.platform.os==Linux", true)]
    [TestCase("node.platform.arch==amd64", true)]
    [TestCase("node.platform.arch==x86_64", true)]
    [TestCase("node.platform.arch!=arm64", true)]
    [TestCase("node.ip==10.1.2.3", true)]
    [TestCase("node.ip==10.1.0.0/16", true)]
    [TestCase("node.ip!=10.2.0.0/16", true)]
    [TestCase("node.ip==10.1.2.*", true)]
    [TestCase("node.ip==::ffff:10.1.2.3", true)]
    [TestCase("node.ip==fe80::/10", false)]
    [TestCase("node.platform.arch==x86*", true)]
    [TestCase("node.platform.arch==/^x86_64$/", true)]
    [TestCase("node.platform.arch!=x86*", false)]
    [TestCase("node.platform.arch==AMD*", true)]
    [TestCase(@"node.platform.arch==/^\D+$/", false)]
    [TestCase("node.labels.zone==EU-west", true)]
    [TestCase("node.labels.Zone==eu-West", false, Description = "names of labels have their case")]
    [TestCase("engine.labels.region==US", true)]
    public void Keys_of_swarm_mode_compare_without_case(string text, bool holds) => Check(text, holds);

    [TestCase("node==n1ab", true)]
    [TestCase("node==Host1", true)]
    [TestCase("node==host1", false)]
    [TestCase("node!=Host1", false)]
    [TestCase("node!=other", true)]
    [TestCase("region==us", true)]
    [TestCase("region==US", false)]
    [TestCase("ostype==linux", true)]
    public void Bare_keys_compare_with_case(string text, bool holds) => Check(text, holds);

    [TestCase("region==u*", true)]
    [TestCase("region==*", true)]
    [TestCase("region==*s", true)]
    [TestCase("region==s*", false, Description = "globs are anchored")]
    [TestCase("disk==nv*.2", true)]
    [TestCase("disk==n*e*2", true)]
    [TestCase("disk==nv*v*2", false, Description = "no character counts twice")]
    [TestCase("disk==nvme*nvme.2", false)]
    [TestCase("disk==nvmeX2", false, Description = "a dot is a dot")]
    [TestCase("region==us|eu", false, Description = "no regular expression without slashes")]
    [TestCase("region==/s/", true)]
    [TestCase("region==/^s/", false)]
    [TestCase("region==/(us)|(eu)/", true)]
    [TestCase("region==/US/", false)]
    [TestCase("region==/(?i)US/", true)]
    [TestCase("node.labels.zone==/^EU/", true)]
    [TestCase("region!=/s/", false)]
    [TestCase("region!=/=/", true)]
    public void Values_are_exact_or_globs_or_regular_expressions(string text, bool holds) => Check(text, holds);

    [TestCase("region in (eu, us)", true)]
    [TestCase("region in(eu,asia)", false)]
    [TestCase("region notin (eu, us)", false)]
    [TestCase("region notin (eu,asia)", true)]
    [TestCase("node.labels.rack in (1*, x)", true)]
    [TestCase("node.labels.rack in (/^[0-9]{1,2}$/ , x)", true)]
    [TestCase("node.labels.rack notin (x, /^[0-9]{1,2}$/)", false)]
    [TestCase("region in (/^(us|eu)$/, c)", true)]
    [TestCase("region in (/^(asia|eu)$/)", false)]
    public void Lists(string text, bool holds) => Check(text, holds);

    [TestCase("node.labels.rack>9", true)]
    [TestCase("node.labels.rack > 12", false)]
    [TestCase("node.labels.rack>=12", true)]
    [TestCase("node.labels.rack<9", false)]
    [TestCase("node.labels.rack<=12", true)]
    [TestCase("node.labels.Weight<-2", true)]
    [TestCase("node.labels.Weight>-4", true)]
    [TestCase("kernel>5.15", true)]
    [TestCase("kernel>=6.1", true)]
    [TestCase("kernel>6.1.0", false)]
    [TestCase("kernel<6.12", true, Description = "numbers between dots, not decimals")]
    [TestCase("kernel<v6.2", true)]
    [TestCase("region>1", false, Description = "what is no number is not above one")]
    [TestCase("region<1", false)]
    public void Numbers_and_versions(string text, bool holds) => Check(text, holds);

    [TestCase("none==a", false)]
    [TestCase("none==*", false)]
    [TestCase("none==/.*/", false)]
    [TestCase("none!=a", true)]
    [TestCase("none!=*", true)]
    [TestCase("none notin (a)", true)]
    [TestCase("none in (a)", false)]
    [TestCase("none>0", false)]
    [TestCase("none<0", false)]
    [TestCase("none exists", false)]
    [TestCase("none !exists", true)]
    [TestCase("node.labels.ssd exists", true)]
    [TestCase("node.labels.ssd !exists", false)]
    [TestCase("node.labels.ssd==*", true)]
    [TestCase("region exists", true)]
    public void A_missing_label_satisfies_the_negative_operators_only(string text, bool holds) => Check(text, holds);

    [TestCase("region==~eu", false, true)]
    [TestCase("region!=~eu", true, true)]
    [TestCase("region == ~ us", true, true)]
    [TestCase("region==us", true, false)]
    public void A_tilde_makes_a_wish(string text, bool holds, bool isSoft)
    {
        Assert.That((Parse(text).Holds(Node), Parse(text).IsSoft), Is.EqualTo((holds, isSoft)));
        Assert.That(Parse(text).Text, Is.EqualTo(text));
    }

    [TestCase("", 1, "expected a key")]
    [TestCase("  ==a", 3, "expected a key")]
    [TestCase("region", 7, "expected an operator")]
    [TestCase("region=us", 7, "for equal write ==")]
    [TestCase("region =! us", 8, "expected an operator")]
    [TestCase("region inside (a)", 8, "expected an operator")]
    [TestCase("region==", 9, "no value")]
    [TestCase("region==~", 10, "no value")]
    [TestCase("region==~~us", 10, "second ~")]
    [TestCase("region==us==eu", 11, "more than one operator")]
    [TestCase("region in us", 11, "expected a list")]
    [TestCase("region in (us", 14, "has no end")]
    [TestCase("region in (/us, eu)", 20, "has no end")]
    [TestCase("region in (us, /[/)", 18, "Unterminated [] set")]
    [TestCase("region in ()", 12, "no empty values")]
    [TestCase("region>~5", 8, "a number or a version")]
    [TestCase("node.ip!=10.0.0.0/33", 10, "an address or a network")]
    [TestCase("node.ip==host", 10, "an address or a network")]
    [TestCase("region in (us,,eu)", 15, "no empty values")]
    [TestCase("region in (us) eu", 16, "nothing more")]
    [TestCase("region exists us", 15, "nothing more")]
    [TestCase("region>us", 8, "a number or a version")]
    [TestCase("node.labels.a>", 15, "no value")]
    [TestCase("node.lables.zone==a", 1, "unknown key 'node.lables.zone'")]
    [TestCase("node.labels.==a", 1, "unknown key")]
    [TestCase("engine.os==a", 1, "unknown key")]
    [TestCase("region==/a(/", 12, "Not enough )'s")]
    [TestCase(@"region==/(a)\1/", 9, "back references")]
    [TestCase("region==/(?=a)/", 9, "lookarounds")]
    public void A_bad_expression_is_refused_with_place_and_reason(string text, int position, string why)
    {
        Assert.That(Constraint.TryParse(text, out _, out var error), Is.False);
        Assert.That(error, Does.StartWith($"constraint '{text}', at character {position}: ").And.Contains(why));
    }

    [Test]
    public void A_long_expression_is_refused_without_being_repeated()
    {
        Assert.That(Constraint.TryParse("region==" + new string('x', 2000), out _, out var error), Is.False);
        Assert.That(error, Does.Contain("longer than 1024 characters").And.Length.LessThan(200));
    }

    [Test]
    public void A_list_has_a_limit()
    {
        var text = $"region in ({string.Join(',', Enumerable.Repeat("a", 65))})";
        Assert.That(Constraint.TryParse(text, out _, out var error), Is.False);
        Assert.That(error, Does.Contain("at most 64 values"));
    }

    [Test]
    public void No_text_ends_the_parser([Range(1, 200)] int seed)
    {
        const string letters = "aZ09.=!<>~(),@/*in notexs[]\\";
        var chance = new Random(seed);
        for (var round = 0; round < 100; round++)
        {
            var text = string.Concat(Enumerable.Range(0, chance.Next(24)).Select(_ => letters[chance.Next(letters.Length)]));
            if (Constraint.TryParse(text, out var constraint, out var error))
                Assert.That(() => constraint.Holds(Node), Throws.Nothing, text);
            else
                Assert.That(error, Does.Contain("at character"), text);
        }
    }

    private static void Check(string text, bool holds) => Assert.That(Parse(text).Holds(Node), Is.EqualTo(holds));

    private static Constraint Parse(string text) =>
        Constraint.TryParse(text, out var constraint, out var error) ? constraint : throw new AssertionException(error);
}
