using System.Text.Json.Nodes;
using Orchestrator.Api.Contracts;
using Orchestrator.Cli.Rendering;

namespace Orchestrator.Tests.Cli.Rendering;

[TestFixture]
public sealed class TextTemplateTests
{
    private const string Value = """
        {"Name":"web","N":3,"Yes":true,"Labels":{"a":"1","b-c":"2"},"List":["x","y"],"Rows":[{"P":1},{"P":2}],"Nothing":null}
        """;

    [TestCase("{{.Name}}", "web")]
    [TestCase("a {{ .Name }} b", "a web b")]
    [TestCase("{{.Labels.a}}", "1")]
    [TestCase("{{index .Labels \"b-c\"}}", "2")]
    [TestCase("{{index .List 1}}", "y")]
    [TestCase("{{json .}}", "{\"Name\":\"web\",\"N\":3,\"Yes\":true,\"Labels\":{\"a\":\"1\",\"b-c\":\"2\"},\"List\":[\"x\",\"y\"],\"Rows\":[{\"P\":1},{\"P\":2}],\"Nothing\":null}")]
    [TestCase("{{upper .Name}} {{.Name | upper | lower}}", "WEB web")]
    [TestCase("{{join .List \"-\"}}", "x-y")]
    [TestCase("{{.List}} {{.Labels}}", "[x y] map[a:1 b-c:2]")]
    [TestCase("{{if .Nothing}}a{{else}}b{{end}}", "b")]
    [TestCase("{{if .Nothing}}a{{else if .Yes}}c{{else}}b{{end}}d", "cd")]
    [TestCase("{{if eq .N 3}}three{{end}}", "three")]
    [TestCase("{{if and .Yes (not .Nothing)}}ok{{end}}", "ok")]
    [TestCase("{{range .Rows}}{{.P}},{{end}}", "1,2,")]
    [TestCase("{{range $k, $v := .Labels}}{{$k}}={{$v}} {{$.Name}};{{end}}", "a=1 web;b-c=2 web;")]
    [TestCase("{{range .Nothing}}x{{else}}none{{end}}", "none")]
    [TestCase("{{with .Labels}}{{.a}}{{end}}", "1")]
    [TestCase("{{.Missing}}", "<no value>")]
    [TestCase("{{len .List}} {{len .Name}}", "2 3")]
    [TestCase("x {{- .Name -}} y", "xweby")]
    [TestCase("{{/* nothing */}}{{println .Name}}", "web\n")]
    [TestCase("{{(index .Rows 0).P}}", "1")]
    [TestCase("{{\"a\\tb\"}}", "a\tb")]
    [TestCase("{{truncate .Name 2}}", "we")]
    public void A_template_is_rendered(string template, string expected) => Assert.That(
        TextTemplate.Parse(template).Render(JsonNode.Parse(Value), TemplateSchema.Open), Is.EqualTo(expected));

    [TestCase("{{.Name", 1, "never closed")]
    [TestCase("ab{{}}", 5, "a value is missing")]
    [TestCase("{{foo .Name}}", 3, "unknown function")]
    [TestCase("{{Name}}", 3, "did you mean .Name")]
    [TestCase("{{if .Name}}x", 3, "never closed by {{end}}")]
    [TestCase("x{{end}}", 4, "without a block")]
    [TestCase("{{.Name | .N}}", 11, "only a function")]
    [TestCase("{{\"open}}", 3, "never closed")]
    [TestCase("{{(.Name}}", 3, "never closed")]
    [TestCase("{{$x}}", 3, "unknown variable")]
    [TestCase("{{index .List 9}}", 3, "not one of 2")]
    [TestCase("{{.Name %}}", 9, "unexpected")]
    public void A_wrong_template_says_what_and_where(string template, int position, string message)
    {
        var error = Assert.Throws<TemplateException>(() =>
            TextTemplate.Parse(template).Render(JsonNode.Parse(Value), TemplateSchema.Open))!;
        Assert.That(error.Message, Does.Contain(message));
        Assert.That(error.Position, Is.EqualTo(position));
    }

    [Test]
    public void A_field_that_the_contract_lacks_is_an_error_that_lists_the_fields()
    {
        var schema = TemplateSchema.Of(WireJson.Default.ServiceDto);
        var template = TextTemplate.Parse("{{.Spec.Nmae}}");
        var error = Assert.Throws<TemplateException>(() => template.Render(JsonNode.Parse("{}"), schema))!;
        Assert.That(error.Message, Does.Contain("Did you mean Name?").And.Contains("TaskTemplate"));
    }

    [Test]
    public void A_field_that_the_contract_has_may_be_absent() => Assert.That(
        TextTemplate.Parse("{{if .UpdateStatus}}x{{end}}{{.Spec.Labels.a}}{{range .Endpoint.Ports}}{{.TargetPort}}{{end}}")
            .Render(JsonNode.Parse("""{"Endpoint":{"Ports":[{"TargetPort":80}]}}"""), TemplateSchema.Of(WireJson.Default.ServiceDto)),
        Is.EqualTo("<no value>80"));

    [Test]
    public void Nesting_has_a_limit() => Assert.That(
        () => TextTemplate.Parse(string.Concat(Enumerable.Repeat("{{if .A}}", 100))), Throws.InstanceOf<TemplateException>());
}
