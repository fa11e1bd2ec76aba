using System.Xml.Linq;
using Xunit;

namespace WorkspaceServer.Tests.Architecture;

/// <summary>Which project of ours may reference which, and which packages stay inside one project.</summary>
public sealed class ProjectReferencesTests
{
    private static readonly Dictionary<string, string[]> AllowedProjects = new()
    {
        ["WorkspaceServer.Vault"] = [],
        ["WorkspaceServer.Protocol"] = [],
        ["WorkspaceServer.Age"] = ["WorkspaceServer.Vault"],
        ["WorkspaceServer.Sandbox"] = ["WorkspaceServer.Vault"],
        ["WorkspaceServer"] = ["WorkspaceServer.Vault", "WorkspaceServer.Age", "WorkspaceServer.Protocol"],
        ["WorkspaceServer.Agent"] = ["WorkspaceServer.Protocol"],
    };

    // What opens a database file or handles a key. Other projects see only what the Vault hands them.
    private static readonly string[] VaultPackages = ["Microsoft.Data.Sqlite", "NSec.", "SQLitePCLRaw"];

    [Fact]
    public void EveryProjectReferencesOnlyWhatItMay()
    {
        var projects = Repository.FilesUnder("src/", ".csproj").ToList();

        Assert.NotEmpty(projects);
        Assert.Empty(projects.SelectMany(project => Wrong(project.Path, project.Text)));
    }

    [Theory]
    [InlineData("WorkspaceServer.Vault", "<ProjectReference Include='../WorkspaceServer/WorkspaceServer.csproj' />")]
    [InlineData("WorkspaceServer.Sandbox", "<ProjectReference Include='../WorkspaceServer/WorkspaceServer.csproj' />")]
    [InlineData("WorkspaceServer", "<ProjectReference Include='../WorkspaceServer.Sandbox/WorkspaceServer.Sandbox.csproj' />")]
    [InlineData("WorkspaceServer.Agent", "<ProjectReference Include='../WorkspaceServer.Vault/WorkspaceServer.Vault.csproj' />")]
    [InlineData("WorkspaceServer", "<PackageReference Include='Microsoft.Data.Sqlite.Core' />")]
    [InlineData("WorkspaceServer", "<PackageReference Include='NSec.Cryptography' />")]
    [InlineData("WorkspaceServer.Sandbox", "<PackageReference Include='SQLitePCLRaw.config.e_sqlite3' />")]
    [InlineData("WorkspaceServer.Age", "<PackageReference Include='Microsoft.Data.Sqlite.Core' />")]
    [InlineData("WorkspaceServer", "<PackageReference Include='FluentValidation' Version='12.2.0' />")]
    [InlineData("WorkspaceServer.Unknown", "")]
    public void AWrongReferenceIsFound(string project, string item) =>
        Assert.Single(Wrong($"src/{project}/{project}.csproj", $"<Project><ItemGroup>{item}</ItemGroup></Project>"));

    [Fact]
    public void VersionsAreExactAndInOnePlace()
    {
        var versions = XDocument.Load(Repository.PathOf("src/Directory.Packages.props")).Descendants("PackageVersion").ToList();

        Assert.NotEmpty(versions);
        Assert.All(versions, version => Assert.Matches(@"^\d+(\.\d+)+(-[\w.]+)?$", (string)version.Attribute("Version")!));
        Assert.Empty(Repository.FilesUnder("tests/", ".csproj").SelectMany(file => OwnVersions(file.Path, XDocument.Parse(file.Text))));
    }

    private static IEnumerable<string> Wrong(string path, string text)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        var project = XDocument.Parse(text);
        if (!AllowedProjects.TryGetValue(name, out var allowed))
        {
            return [$"{name} is not in the list of this test; add it with what it may reference"];
        }

        // Without its assembly a reference only orders the build: the server brings the sandbox's program along.
        var references = project.Descendants("ProjectReference")
            .Where(reference => (string?)reference.Attribute("ReferenceOutputAssembly") != "false")
            .Select(reference => Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!))
            .Where(reference => !allowed.Contains(reference))
            .Select(reference => $"{name} references {reference}");
        var packages = project.Descendants("PackageReference")
            .Select(reference => (string)reference.Attribute("Include")!)
            .Where(package => name != "WorkspaceServer.Vault"
                // age is cryptography too; it opens no database.
                && !(name == "WorkspaceServer.Age" && package == "NSec.Cryptography")
                // The agent runs on another computer and never sees the server's files or keys.
                && name != "WorkspaceServer.Agent"
                && VaultPackages.Any(start => package.StartsWith(start, StringComparison.Ordinal)))
            .Select(package => $"{name} references {package}, which belongs to the Vault");
        return [.. references, .. packages, .. OwnVersions(path, project)];
    }

    private static IEnumerable<string> OwnVersions(string path, XDocument project) => project.Descendants("PackageReference")
        .Where(reference => reference.Attribute("Version") is not null || reference.Attribute("VersionOverride") is not null)
        .Select(reference => $"{path}: the version of {(string?)reference.Attribute("Include")} belongs into Directory.Packages.props");
}
