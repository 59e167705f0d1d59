using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Orchestrator.Tests.Rules;

/// <summary>Who may use whom. The table of <c>ARCHITECTURE.md</c>, kept by reading every name in the sources.</summary>
public sealed class ArchitectureTests
{
    private static readonly Dictionary<string, string[]> MayUse = new()
    {
        ["Primitives"] = [],
        ["Serialization"] = ["Primitives"],
        ["Model"] = ["Primitives", "Serialization"],
        ["Store"] = ["Model", "Serialization", "Primitives"],
        ["Scheduling"] = ["Store", "Model", "Primitives"],
        ["Orchestration"] = ["Scheduling", "Store", "Model", "Primitives"],
        ["Runtime"] = ["Model", "Primitives"],
        ["Security"] = ["Model", "Primitives"],
        ["Consensus"] = ["Serialization", "Security", "Primitives"],
        ["Managers"] = ["Store", "Model", "Consensus", "Security", "Serialization", "Primitives"],
        ["Dispatching"] = ["Store", "Model", "Security", "Serialization", "Primitives"],
        ["Agents"] = ["Runtime", "Model", "Security", "Serialization", "Primitives"],
        ["Api"] = ["Store", "Model", "Consensus", "Security", "Scheduling", "Serialization", "Primitives"],
        ["Cli"] = ["Api.Contracts", "Primitives"],
    };

    private static readonly string[] ImpureOrchestration = ["ControllerLoop.cs"];

    [Test]
    public void Every_room_uses_only_what_the_table_lets_it()
    {
        var offences = SourceTree.Product
            .Where(file => MayUse.ContainsKey(file.Room))
            .SelectMany(file => RoomsNamedIn(file)
                .Where(named => named != file.Room && !IsAllowed(file.Room, named))
                .Select(named => $"{file.Path} uses {named}"));
        Assert.That(offences, Is.Empty);
    }

    [Test]
    public void The_consensus_core_uses_primitives_only()
    {
        var offences = SourceTree.Product
            .Where(file => file.Folder == "Orchestrator/Consensus/Core")
            .SelectMany(file => file.Root.Usings.Select(directive => $"{file.Path}: {directive.Name}"))
            .Where(use => use.Contains(": Orchestrator.", StringComparison.Ordinal)
                && !use.EndsWith(": Orchestrator.Primitives", StringComparison.Ordinal));
        Assert.That(offences, Is.Empty);
    }

    [Test]
    public void Every_room_is_in_the_table()
    {
        var rooms = SourceTree.Product.Select(file => file.Room).Distinct().Except(["Hosting", "Program"]);
        Assert.That(rooms, Is.SubsetOf(MayUse.Keys));
    }

    [Test]
    public void A_namespace_is_its_folder()
    {
        var offences = SourceTree.All
            .Where(file => file.Root.Members.OfType<BaseNamespaceDeclarationSyntax>()
                .Any(space => space.Name.ToString() != file.Folder.Replace('/', '.')))
            .Select(file => file.Path);
        Assert.That(offences, Is.Empty);
    }

    [Test]
    public void No_type_has_the_name_of_a_folder()
    {
        var folders = SourceTree.Product.SelectMany(file => file.Folder.Split('/')).ToHashSet();
        var offences = SourceTree.Product
            .SelectMany(file => file.Root.DescendantNodes().OfType<BaseTypeDeclarationSyntax>())
            .Select(type => type.Identifier.Text)
            .Where(folders.Contains);
        Assert.That(offences, Is.Empty);
    }

    [TestCase("Scheduling")]
    [TestCase("Orchestration")]
    [TestCase("Model")]
    [TestCase("Store")]
    [TestCase("Consensus/Core")]
    public void Pure_rooms_know_no_task_logger_clock_or_stream(string room)
    {
        string[] impure = ["Task", "ValueTask", "ILogger", "TimeProvider", "Stream", "Thread", "Console", "File", "Environment"];
        var offences = SourceTree.Product
            .Where(file => file.Path.StartsWith($"Orchestrator/{room}/", StringComparison.Ordinal) && !IsDoor(file))
            .SelectMany(file => file.Root.DescendantNodes().OfType<SimpleNameSyntax>()
                .Where(name => impure.Contains(name.Identifier.Text) && IsType(name))
                .Select(name => $"{file.Path}: {name}"));
        Assert.That(offences, Is.Empty);
    }

    /// <summary>Where a pure room meets the loops: the watch, the way to propose, and the loop that calls the deciders.</summary>
    private static bool IsDoor(SourceFile file) => file.Path is
        "Orchestrator/Store/StateStore.cs" or "Orchestrator/Store/TransactionProposals.cs"
        || ImpureOrchestration.Contains(Path.GetFileName(file.Path));

    private static bool IsType(SimpleNameSyntax name) =>
        name.Parent is not MemberAccessExpressionSyntax access || access.Expression == name;

    private static bool IsAllowed(string room, string named) =>
        MayUse[room].Any(allowed => named == allowed || named.StartsWith(allowed + ".", StringComparison.Ordinal));

    /// <summary>Rooms named by usings and by qualified names; of Api the folder below it too.</summary>
    private static IEnumerable<string> RoomsNamedIn(SourceFile file) =>
        file.Root.DescendantNodes(descendIntoTrivia: false)
            .Where(node => (node is QualifiedNameSyntax or MemberAccessExpressionSyntax)
                && node.Parent is not (QualifiedNameSyntax or MemberAccessExpressionSyntax))
            .Select(node => node.ToString())
            .Where(name => name.StartsWith("Orchestrator.", StringComparison.Ordinal))
            .Select(name => name.Split('.'))
            .Where(parts => parts.Length > 1)
            .Select(parts => parts is [_, "Api", var folder, ..] && file.Room != "Api" ? $"Api.{folder}" : parts[1])
            .Distinct();
}
