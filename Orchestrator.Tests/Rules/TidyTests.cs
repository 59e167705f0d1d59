using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Orchestrator.Tests.Rules;

/// <summary>The budgets. They may only get tighter.</summary>
public sealed class TidyTests
{
    private const int LongestFile = 500;
    private const int MedianFile = 80;
    private const int LongFile = 250;
    private const int MostLongFiles = 2;
    private const int LongestMethod = 70;
    private const int MedianMethod = 9;
    private const int LongestLine = 120;
    private const int MostConstructorParameters = 5;

    [Test]
    public void Files_are_short()
    {
        var lengths = SourceTree.Product.Select(file => file.Lines.Length).Order().ToArray();
        Assert.That(SourceTree.All.Where(file => file.Lines.Length > LongestFile).Select(file => file.Path), Is.Empty);
        Assert.That(lengths[lengths.Length / 2], Is.LessThanOrEqualTo(MedianFile), "median");
        Assert.That(SourceTree.Product.Count(file => file.Lines.Length > LongFile), Is.LessThanOrEqualTo(MostLongFiles));
    }

    [Test]
    public void Methods_are_short()
    {
        var lengths = SourceTree.Product.SelectMany(Methods).Select(Length).Order().ToArray();
        Assert.That(lengths[lengths.Length / 2], Is.LessThanOrEqualTo(MedianMethod), "median");
        var offences = SourceTree.All.SelectMany(file => Methods(file)
            .Where(method => Length(method) > LongestMethod)
            .Select(method => $"{file.Path}: {NameOf(method)} has {Length(method)} lines"));
        Assert.That(offences, Is.Empty);
    }

    [Test]
    public void Lines_fit_the_page()
    {
        var offences = SourceTree.Product.SelectMany(file => file.Lines
            .Select((line, at) => new { line, at })
            .Where(found => found.line.Length > LongestLine)
            .Select(found => $"{file.Path}:{found.at + 1} has {found.line.Length} columns"));
        Assert.That(offences, Is.Empty);
    }

    [Test]
    public void Constructors_take_few_parameters()
    {
        var offences = SourceTree.Product.SelectMany(file => file.Root.DescendantNodes()
            .Where(node => ParametersOf(node) is { } parameters && parameters.Parameters.Count > MostConstructorParameters)
            .Where(node => node is not RecordDeclarationSyntax)
            .Select(node => $"{file.Path}: {node.ToString().Split('\n')[0]}"));
        Assert.That(offences, Is.Empty);
    }

    [Test]
    public void Nothing_is_left_for_later_without_an_owner()
    {
        var mark = new Regex(@"\b(TODO|FIXME|HACK|XXX)\b", RegexOptions.NonBacktracking);
        var offences = SourceTree.Product.Where(file => mark.IsMatch(file.Text)).Select(file => file.Path);
        Assert.That(offences, Is.Empty);
    }

    [Test]
    public void A_suppressed_warning_says_why()
    {
        var offences = SourceTree.All.SelectMany(file => file.Lines
            .Where(line => line.TrimStart().StartsWith("#pragma warning disable", StringComparison.Ordinal) && !line.Contains("//", StringComparison.Ordinal))
            .Select(line => $"{file.Path}: {line.Trim()}"));
        Assert.That(offences, Is.Empty);
    }

    [Test]
    public void Partial_is_for_source_generators_only()
    {
        string[] generators = ["LoggerMessage", "GeneratedRegex", "JsonSerializable", "LibraryImport", "JsonSourceGenerationOptions"];
        var offences = SourceTree.All.SelectMany(file => file.Root.DescendantNodes().OfType<TypeDeclarationSyntax>()
            .Where(type => type.Modifiers.Any(SyntaxKind.PartialKeyword))
            .Where(type => !type.DescendantNodesAndSelf().OfType<AttributeSyntax>()
                .Any(attribute => generators.Contains(attribute.Name.ToString())))
            .Select(type => $"{file.Path}: {type.Identifier}"));
        Assert.That(offences, Is.Empty);
    }

    [Test]
    public void No_regions_events_or_async_void()
    {
        var offences = SourceTree.Product.SelectMany(file => file.Root.DescendantNodes(descendIntoTrivia: true)
            .Where(node => node is RegionDirectiveTriviaSyntax or EventFieldDeclarationSyntax or EventDeclarationSyntax
                || node is MethodDeclarationSyntax { ReturnType: PredefinedTypeSyntax { Keyword.RawKind: (int)SyntaxKind.VoidKeyword } } method
                    && method.Modifiers.Any(SyntaxKind.AsyncKeyword))
            .Select(node => $"{file.Path}: {node.ToString().Split('\n')[0]}"));
        Assert.That(offences, Is.Empty);
    }

    [Test]
    public void There_are_about_ten_interfaces()
    {
        var interfaces = SourceTree.Product.SelectMany(file => file.Root.DescendantNodes().OfType<InterfaceDeclarationSyntax>())
            .Select(type => type.Identifier.Text);
        Assert.That(interfaces.Count(), Is.LessThanOrEqualTo(16));
    }

    private static IEnumerable<SyntaxNode> Methods(SourceFile file) => file.Root.DescendantNodes()
        .Where(node => node is BaseMethodDeclarationSyntax { Body: not null } or BaseMethodDeclarationSyntax { ExpressionBody: not null });

    private static string NameOf(SyntaxNode method) =>
        method is MethodDeclarationSyntax named ? named.Identifier.Text : method.ToString().Split('\n')[0];

    /// <summary>Lines from the signature to the end, doc comments not counted.</summary>
    private static int Length(SyntaxNode method) => method.ToString().Split('\n').Length;

    private static ParameterListSyntax? ParametersOf(SyntaxNode node) => node switch
    {
        ConstructorDeclarationSyntax constructor => constructor.ParameterList,
        TypeDeclarationSyntax type => type.ParameterList,
        _ => null,
    };
}
