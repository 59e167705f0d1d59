using Orchestrator.Cli;
using Orchestrator.Cli.Rendering;

namespace Orchestrator.Tests.Cli.Rendering;

[TestFixture]
public sealed class ListViewTests
{
    private sealed record Row(string Id, string Name);

    private static readonly ListView<Row> View = new(
        [new("ID", "ID", row => row.Id), new("Name", "NAME", row => row.Name), new("Extra", "EXTRA", _ => "e")], ["ID", "Name"]);

    private static readonly Row[] Rows = [new("1", "a"), new("23456789012", "café")];

    [TestCase(null, "ID            NAME\n1             a\n23456789012   café\n")]
    [TestCase("table", "ID            NAME\n1             a\n23456789012   café\n")]
    [TestCase("table {{.Name}}\\t{{.Extra}}", "NAME      EXTRA\na         e\ncafé      e\n")]
    [TestCase("{{.Name}}:{{.ID}}", "a:1\ncafé:23456789012\n")]
    [TestCase("json", "{\"ID\":\"1\",\"Name\":\"a\",\"Extra\":\"e\"}\n{\"ID\":\"23456789012\",\"Name\":\"café\",\"Extra\":\"e\"}\n")]
    public void Rows_are_printed_in_the_format_that_was_asked_for(string? format, string expected) =>
        Assert.That(Print(Rows, format), Is.EqualTo(expected));

    [TestCase("{{.Nmae}}")]
    [TestCase("table {{.Nmae}}")]
    public void A_misspelt_field_is_an_error_even_without_rows(string format)
    {
        var error = Assert.Throws<CliException>(() => Print([], format))!;
        Assert.That(error.Message, Does.Contain("Did you mean Name?"));
        Assert.That(error.Where, Does.Contain("^ here"));
        Assert.That(error.ExitCode, Is.EqualTo(2));
    }

    [TestCase(0.5, "Less than a second")]
    [TestCase(5, "5 seconds")]
    [TestCase(70, "About a minute")]
    [TestCase(600, "10 minutes")]
    [TestCase(3700, "About an hour")]
    [TestCase(86400 * 3, "3 days")]
    [TestCase(86400 * 21, "3 weeks")]
    public void An_age_is_told_in_words(double seconds, string expected) =>
        Assert.That(Ages.Describe(TimeSpan.FromSeconds(seconds)), Is.EqualTo(expected));

    private static string Print(IReadOnlyList<Row> rows, string? format)
    {
        using var output = new StringWriter { NewLine = "\n" };
        View.Write(output, rows, format);
        return output.ToString();
    }
}
