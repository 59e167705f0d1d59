using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Orchestrator.Tests.Rules;

/// <summary>What the machine's resources are touched by, and by nobody else.</summary>
public sealed class OwnershipTests
{
    private static readonly Dictionary<string, string[]> Owners = new()
    {
        ["Console"] = ["Cli", "Program", "Hosting"],
        ["Environment"] = ["Cli", "Program", "Hosting", "Runtime"],
        ["File"] = ["Consensus", "Agents", "Security", "Hosting", "Runtime", "Cli", "Primitives"],
        ["Directory"] = ["Consensus", "Agents", "Security", "Hosting", "Runtime", "Cli", "Primitives"],
        ["Process"] = ["Runtime", "Hosting", "Cli"],
        ["RandomNumberGenerator"] = ["Security", "Hosting", "Primitives"],
        ["Assembly"] = ["Hosting", "Serialization", "Program", "Cli"],
    };

    [Test]
    public void Console_files_environment_processes_and_chance_are_used_by_their_owners_only()
    {
        var offences = SourceTree.Product.SelectMany(file => file.Root.DescendantNodes()
            .OfType<MemberAccessExpressionSyntax>()
            .Select(access => access.Expression)
            .OfType<IdentifierNameSyntax>()
            .Where(name => Owners.TryGetValue(name.Identifier.Text, out var rooms) && !rooms.Contains(file.Room))
            .Select(name => $"{file.Path}: {name.Parent}"));
        Assert.That(offences, Is.Empty);
    }

    [Test]
    public void Exceptions_of_every_kind_are_caught_only_at_the_top_of_a_loop_or_with_a_filter()
    {
        var offences = SourceTree.Product.SelectMany(file => file.Root.DescendantNodes().OfType<CatchClauseSyntax>()
            .Where(clause => clause.Declaration is { Type: IdentifierNameSyntax { Identifier.Text: "Exception" } }
                && clause.Filter is null && !Rethrows(clause) && !IsTopOfALoop(file, clause))
            .Select(clause => $"{file.Path}: {clause.Parent!.Parent!.Parent!.ToString().Split('\n')[0]}"));
        Assert.That(offences, Is.Empty);
    }

    private static bool Rethrows(CatchClauseSyntax clause) =>
        clause.DescendantNodes().Any(node => node is ThrowStatementSyntax or ThrowExpressionSyntax);

    private static bool IsTopOfALoop(SourceFile file, CatchClauseSyntax clause) =>
        file.Room is "Hosting" or "Program"
        || file.Path.Contains("Middleware", StringComparison.Ordinal)
        || clause.ToString().Contains("Log", StringComparison.Ordinal);
}
