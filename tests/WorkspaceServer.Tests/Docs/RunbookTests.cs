using System.Text.RegularExpressions;
using WorkspaceServer.Commands;
using WorkspaceServer.Tests.Architecture;
using Xunit;

namespace WorkspaceServer.Tests.Docs;

/// <summary>What a runbook tells somebody to type at night exists, and so does every file that it points to.</summary>
public sealed partial class RunbookTests
{
    public static TheoryData<string> Pages => [.. Directory.EnumerateFiles(Repository.PathOf("ops/runbooks"), "*.md").Select(file => Path.GetRelativePath(Repository.Root, file)), "README.md"];

    [Theory]
    [MemberData(nameof(Pages))]
    [Trait("claim", "A105")]
    public void EveryCommandIsKnownAndEveryLinkLeadsSomewhere(string page)
    {
        var text = File.ReadAllText(Repository.PathOf(page));

        Assert.All(Texts(Command(), text, "arguments"), arguments => Assert.Empty(Cli.Build().Parse(arguments).Errors));
        var folder = Path.GetDirectoryName(Repository.PathOf(page))!;
        Assert.All(Texts(Link(), text, "path"), path => Assert.True(Path.Exists(Path.Combine(folder, path)), path));
        Assert.All(Texts(Installed(), text, "path"), path => Assert.True(Path.Exists(Repository.PathOf(Path.Combine("ops", path))) || Path.Exists(Repository.PathOf(path)), path));
    }

    [Fact]
    public void ThereIsARunbookForEachBadDay() => Assert.Superset(
        new HashSet<string> { "install.md", "upgrade.md", "restore.md", "key-loss.md", "host-move.md", "incident.md" },
        Directory.EnumerateFiles(Repository.PathOf("ops/runbooks")).Select(file => Path.GetFileName(file)!).ToHashSet());

    private static IEnumerable<string> Texts(Regex pattern, string text, string group) => pattern.Matches(text).Select(match => match.Groups[group].Value);

    // The rest of the line or of the code; a comment, a pipe or a second command ends it. A jail of fail2ban has our name too.
    [GeneratedRegex(@"(?<!fail2ban-client set)(^|[` ])workspace-server (?<arguments>(?!workspace-server )[a-z][^`\n>|#;]*|--(home|config) [^`\n>|#;]*)", RegexOptions.Multiline)]
    private static partial Regex Command();

    [GeneratedRegex(@"\]\((?!https?:)(?<path>[^)#]+)(#[^)]*)?\)")]
    private static partial Regex Link();

    [GeneratedRegex("/usr/share/workspace-server/(?<path>[a-z0-9./-]*[a-z])")]
    private static partial Regex Installed();
}
