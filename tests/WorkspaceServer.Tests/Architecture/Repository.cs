using System.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace WorkspaceServer.Tests.Architecture;

/// <summary>The files of this repository as a commit would hold them: tracked or new, never ignored.</summary>
internal static class Repository
{
    private static readonly Lazy<IReadOnlyList<string>> ListedFiles = new(() =>
        [.. Git("ls-files", "--cached", "--others", "--exclude-standard").Distinct().Where(path => File.Exists(PathOf(path)))]);

    public static string Root { get; } = FindRoot();

    /// <summary>Paths from the root, with forward slashes.</summary>
    public static IReadOnlyList<string> Files => ListedFiles.Value;

    public static string PathOf(string relative) => Path.Combine(Root, relative);

    public static IEnumerable<SourceFile> FilesUnder(string folder, params string[] endings) =>
        Files.Where(path => path.StartsWith(folder, StringComparison.Ordinal)
                && endings.Any(ending => path.EndsWith(ending, StringComparison.Ordinal)))
            .Select(path => new SourceFile(path, File.ReadAllText(PathOf(path))));

    public static IEnumerable<string> Git(params string[] arguments)
    {
        using var git = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = Root, RedirectStandardOutput = true })!;
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        Assert.True(git.ExitCode == 0, $"git {string.Join(' ', arguments)} failed");
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "WorkspaceServer.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests run from inside the repository.");
        }

        return folder.FullName;
    }
}

/// <summary>One text file of the repository; for C#, also what the parser makes of it.</summary>
internal sealed record SourceFile(string Path, string Text)
{
    public SyntaxNode Syntax => CSharpSyntaxTree.ParseText(Text).GetRoot();

    public int Lines => Text.Split('\n').Length - (Text.EndsWith('\n') ? 1 : 0);

    public override string ToString() => Path;

    public string At(SyntaxNode node) => $"{Path}:{node.GetLocation().GetLineSpan().StartLinePosition.Line + 1}";
}
