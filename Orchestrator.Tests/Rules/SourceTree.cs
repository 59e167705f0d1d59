using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Orchestrator.Tests.Rules;

/// <summary>One source file, parsed.</summary>
/// <param name="Path">from the root of the repository, with slashes</param>
internal sealed record SourceFile(string Path, string Text, CompilationUnitSyntax Root)
{
    /// <summary>First folder below the project: <c>Store</c>, <c>Runtime</c>; <c>Program</c> for files right in it.</summary>
    public string Room => Path.Split('/') is [_, var room, _, ..] ? room : "Program";

    /// <summary>The folder, <c>Orchestrator/Consensus/Log</c>.</summary>
    public string Folder => Path[..Path.LastIndexOf('/')];

    public string[] Lines => Text.Split('\n');
}

/// <summary>The repository's own sources, for the tests that keep its rules.</summary>
internal static class SourceTree
{
    public static string RootDirectory { get; } = FindRoot();

    public static ImmutableArray<SourceFile> Product { get; } = Read("Orchestrator");

    public static ImmutableArray<SourceFile> Tests { get; } = Read("Orchestrator.Tests");

    public static ImmutableArray<SourceFile> All { get; } = [.. Product, .. Tests];

    private static ImmutableArray<SourceFile> Read(string project) =>
    [
        .. Directory.EnumerateFiles(Path.Combine(RootDirectory, project), "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(RootDirectory, path).Replace('\\', '/'))
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(Parse),
    ];

    private static SourceFile Parse(string path)
    {
        var text = File.ReadAllText(Path.Combine(RootDirectory, path));
        return new SourceFile(path, text, CSharpSyntaxTree.ParseText(text).GetCompilationUnitRoot());
    }

    private static string FindRoot([CallerFilePath] string thisFile = "")
    {
        var directory = new DirectoryInfo(Path.GetDirectoryName(thisFile)!);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "orchestrator.sln")))
            directory = directory.Parent;
        return directory?.FullName ?? throw new DirectoryNotFoundException("orchestrator.sln is not above the tests");
    }
}
