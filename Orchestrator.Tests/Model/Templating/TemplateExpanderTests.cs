using FsCheck;
using FsCheck.Fluent;
using Orchestrator.Model;
using Orchestrator.Model.Templating;

namespace Orchestrator.Tests.Model.Templating;

[TestFixture]
internal sealed class TemplateExpanderTests
{
    private static readonly TemplateContext Context = new()
    {
        ServiceId = new ServiceId("s1"),
        ServiceName = "web",
        ServiceLabels = StringMap.Empty.Add("tier", "front").Add("com.example.zone", "b"),
        NodeId = new NodeId("n1"),
        Hostname = "alpha",
        Platform = new Platform { Os = "linux", Architecture = "x86_64" },
        TaskId = new TaskId("t1"),
        TaskName = "web.3.t1",
        Slot = 3,
    };

    [TestCase("plain", "plain")]
    [TestCase("", "")]
    [TestCase("a } b }} c {", "a } b }} c {")]
    [TestCase("{{.Service.ID}}/{{.Service.Name}}", "s1/web")]
    [TestCase("{{ .Node.ID }}-{{.Node.Hostname}}", "n1-alpha")]
    [TestCase("{{.Node.Platform.OS}}_{{.Node.Platform.Architecture}}", "linux_x86_64")]
    [TestCase("{{.Task.ID}} {{.Task.Name}} {{.Task.Slot}}", "t1 web.3.t1 3")]
    [TestCase("{{.Service.Labels.tier}}", "front")]
    [TestCase("{{index .Service.Labels \"com.example.zone\"}}", "b")]
    [TestCase("{{index .Service.Labels `tier`}}", "front")]
    [TestCase("[{{index .Service.Labels \"absent\"}}]", "[]")]
    [TestCase("{{.Service.Labels}}", "map[com.example.zone:b tier:front]")]
    [TestCase("{{join \"-\" .Service.Name .Task.Slot .Node.Hostname}}", "web-3-alpha")]
    [TestCase("{{.Node.Hostname | join \"+\" .Service.Name}}", "web+alpha")]
    [TestCase("{{join \"\\t\" \"a\" (join \"\\\"\" \"b\" \"c\")}}", "a\tb\"c")]
    [TestCase("{{\"tier\" | index .Service.Labels}}", "front")]
    [TestCase("a  {{- .Service.Name -}}  b", "awebb")]
    [TestCase("a  {{- /* gone */ -}}  b", "ab")]
    [TestCase("a {{/* gone */}} b", "a  b")]
    [TestCase("{{ \"}}\" }}", "}}")]
    public void A_template_expands_as_in_docker(string text, string expected)
    {
        Assert.That(TemplateExpander.Validate(text), Is.Null);
        Assert.That(TemplateExpander.Expand(text, Context), Is.EqualTo(expected));
    }

    [Test]
    public void The_slot_of_a_global_task_is_empty() =>
        Assert.That(TemplateExpander.Expand("[{{.Task.Slot}}]", Context with { Slot = 0 }), Is.EqualTo("[]"));

    [TestCase("{{.Service.Nam}}", "\".Service.Nam\" is not a field", 2)]
    [TestCase("x {{.Node.Platform}}", "use .Node.Platform.Architecture, .Node.Platform.OS", 4)]
    [TestCase("{{.}}", "is not a field", 2)]
    [TestCase("{{env \"X\"}}", "\"env\" is not a function", 2)]
    [TestCase("{{if .Task.Slot}}x{{end}}", "\"if\" is not a function", 2)]
    [TestCase("ab{{.Task.ID", "}} is missing", 2)]
    [TestCase("{{}}", "is missing here", 2)]
    [TestCase("{{.Task.ID .Task.Name}}", "takes no arguments", 2)]
    [TestCase("{{.Task.ID | .Task.Name}}", "only a function can follow |", 13)]
    [TestCase("{{index .Task.Name \"x\"}}", "index takes", 2)]
    [TestCase("{{join}}", "join takes", 2)]
    [TestCase("{{join \"-\" .Service.Labels}}", "join takes", 2)]
    [TestCase("{{(.Task.ID}}", "parenthesis is not closed", 2)]
    [TestCase("{{\"abc}}", "quoted text is not closed", 2)]
    [TestCase("{{\"\\q\"}}", "is not an escape", 3)]
    [TestCase("{{/* x }}", "*/ is missing", 0)]
    [TestCase("{{/* x */ .Task.ID}}", "must fill", 9)]
    [TestCase("{{.Task.ID}} {{$x}}", "\"$\" is not expected", 15)]
    [TestCase("{{.Service.Labels.a.b}}", "is not a field", 2)]
    public void A_wrong_template_says_what_and_where(string text, string problem, int position)
    {
        Assert.That(TemplateExpander.Validate(text), Does.Contain(problem).And.EndsWith($"(at character {position + 1})"));
        Assert.That(
            () => TemplateExpander.Expand(text, Context),
            Throws.TypeOf<TemplateException>().With.Property(nameof(TemplateException.Position)).EqualTo(position));
    }

    [Test]
    public void A_label_that_the_service_lacks_is_found_when_it_is_expanded()
    {
        Assert.That(TemplateExpander.Validate("{{.Service.Labels.absent}}"), Is.Null);
        Assert.That(
            () => TemplateExpander.Expand("{{.Service.Labels.absent}}", Context),
            Throws.TypeOf<TemplateException>().With.Message.Contains("no label \"absent\""));
    }

    [Test]
    public void A_deep_template_is_refused_and_does_not_end_the_process() => Assert.That(
        TemplateExpander.Validate("{{" + new string('(', 100_000)), Does.Contain("more than 16 parentheses"));

    [Test]
    public void A_spec_is_expanded_where_docker_does_and_nowhere_else()
    {
        const string name = "{{.Service.Name}}";
        var spec = new ContainerSpec
        {
            Image = name,
            Hostname = "h-{{.Task.Slot}}",
            Args = [name],
            Labels = StringMap.Empty.Add("l", name),
            Env = [$"{name}=x", $"A={name}=b", "B"],
            Mounts =
            [
                new Mount
                {
                    Type = MountType.Volume,
                    Source = "data-{{.Task.Slot}}",
                    Target = "/{{.Service.Name}}",
                    Volume = new VolumeOptions
                    {
                        Labels = StringMap.Empty.Add("v", name),
                        Driver = new DriverConfig { Name = name, Options = StringMap.Empty.Add("o", name) },
                    },
                },
            ],
        };

        var expanded = TemplateExpander.Expand(spec, Context);

        Assert.That(expanded.Hostname, Is.EqualTo("h-3"));
        Assert.That(expanded.Env, Is.EqualTo(new[] { $"{name}=x", "A=web=b", "B" }));
        Assert.That(expanded.Mounts[0].Source, Is.EqualTo("data-3"));
        Assert.That(expanded.Mounts[0].Target, Is.EqualTo("/web"));
        Assert.That(expanded.Mounts[0].Volume!.Labels["v"], Is.EqualTo("web"));
        Assert.That(expanded.Mounts[0].Volume!.Driver!.Options["o"], Is.EqualTo("web"));
        Assert.That(expanded.Mounts[0].Volume!.Driver!.Name, Is.EqualTo(name));
        Assert.That((expanded.Image, expanded.Args[0]), Is.EqualTo((name, name)));
        Assert.That(expanded.Labels["l"], Is.EqualTo(name));
    }

    [Test]
    public void The_setting_with_the_wrong_template_is_named() => Assert.That(
        TemplateExpander.Validate(new ContainerSpec { Image = "x", Env = ["OK=1", "BAD={{.X}}"] }),
        Does.StartWith("environment variable BAD: \".X\" is not a field"));

    [Test]
    public void No_text_makes_validation_throw() => Prop.ForAll<string?>(text =>
        TemplateExpander.Validate("{{" + text) != "").QuickCheckThrowOnFailure();
}
