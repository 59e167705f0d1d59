using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Orchestrator.Tests.Rules;

/// <summary>Documents name only what exists.</summary>
public sealed class DocumentTests
{
    private static readonly Regex Code = new("`([^`\n]+)`", RegexOptions.NonBacktracking);
    private static readonly Regex RepositoryPath =
        new(@"^(Orchestrator|Orchestrator\.Tests|scripts|samples|\.ci)/[\w./-]*$", RegexOptions.NonBacktracking);
    private static readonly Regex TypeName = new(@"^I?[A-Z][a-z]+([A-Z][a-z0-9]+)+$", RegexOptions.NonBacktracking);

    private static readonly Regex TestName = new("^[A-Z][a-z]*(_[A-Za-z0-9]+){2,}$", RegexOptions.NonBacktracking);

    [TestCase("README.md")]
    [TestCase("ARCHITECTURE.md")]
    public void Every_path_and_type_that_a_document_names_exists(string document)
    {
        var names = Code.Matches(File.ReadAllText(Path.Combine(SourceTree.RootDirectory, document)))
            .Select(match => match.Groups[1].Value)
            .Distinct()
            .ToArray();
        var paths = names.Where(name => RepositoryPath.IsMatch(name))
            .Where(path => !Path.Exists(Path.Combine(SourceTree.RootDirectory, path)));
        var known = SourceTree.All.SelectMany(file => file.Root.DescendantNodes().OfType<BaseTypeDeclarationSyntax>())
            .Select(type => type.Identifier.Text)
            .ToHashSet();
        var types = names.Where(name => TypeName.IsMatch(name) && !known.Contains(name));
        Assert.That(paths, Is.Empty, "paths");
        var methods = SourceTree.All.SelectMany(file => file.Root.DescendantNodes().OfType<MethodDeclarationSyntax>())
            .Select(method => method.Identifier.Text)
            .ToHashSet();
        var tests = names.Where(name => TestName.IsMatch(name) && !methods.Contains(name));
        Assert.That(types, Is.Empty, "types");
        Assert.That(tests, Is.Empty, "tests");
    }

    [Test]
    public void The_product_speaks_of_itself_alone()
    {
        var foreign = new Regex(@"/work/|\bissue #?\d+\b|this session\b", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking);
        var offences = SourceTree.Product
            .Where(file => foreign.IsMatch(file.Text))
            .Select(file => file.Path)
            .Concat(new[] { "README.md", "ARCHITECTURE.md" }
                .Where(name => foreign.IsMatch(File.ReadAllText(Path.Combine(SourceTree.RootDirectory, name)))));
        Assert.That(offences, Is.Empty);
    }
}
