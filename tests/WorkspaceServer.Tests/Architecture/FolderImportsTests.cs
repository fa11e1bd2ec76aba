using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace WorkspaceServer.Tests.Architecture;

/// <summary>
/// Who may import whom inside src/WorkspaceServer. The compiler guards the projects; this guards the folders.
/// </summary>
public sealed partial class FolderImportsTests
{
    private const string Server = "src/WorkspaceServer/";

    // A folder may import itself, the Vault, Age, the Protocol and the folders on its right.
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Program"] = ["Commands", "Features", "Workspaces", "Dashboard", "Control", "Hosting"],
        ["Commands"] = ["Features", "Workspaces", "Dashboard", "Control", "Hosting"],
        ["Features"] = ["Workspaces", "Dashboard", "Control", "Hosting"],
        ["Workspaces"] = ["Control", "Hosting"],
        ["Control"] = ["Hosting"],
        ["Dashboard"] = ["Hosting"],
        ["Hosting"] = [],
    };

    // A feature that another feature may import, and why. "*" stands for every feature.
    private static readonly (string From, string To, string Reason)[] AllowedFeaturePairs =
    [
        ("*", "Audit", "Every feature records what it did."),
        ("Accounts", "Challenges", "Forms that strangers send take a proof that it is a person."),
        ("Accounts", "Mail", "Links to sign in, to choose a password and to make an account go by mail."),
        ("Accounts", "Sms", "Codes for the second step go by short message, where there is a way to send them."),
        ("*", "Access", "Every feature asks the policy."),
        ("Closure", "Accounts", "An account is closed by the person who is signed in; operators who hear of it are people."),
        ("Closure", "Mail", "Who asks to leave, and those who run the server, are told by mail."),
        ("Downloads", "Accounts", "A link ends with the session that made it."),
        ("Downloads", "Tables", "A link downloads rows as their export does."),
        ("Downloads", "Closure", "So it does the copy of what is kept about a person."),
        ("Overview", "Accounts", "The frame of the pages names the person who is signed in."),
        ("Overview", "Samples", "A new workspace can be given the sample books."),
        ("Overview", "Tokens", "The first page says what AI clients read today, and which tokens end soon."),
        ("Overview", "Proposals", "The first page says how many proposals wait for a person."),
        ("Overview", "Backups", "The first page says when a restore was last proven."),
        ("Overview", "Mcp", "What a token may read in a day stands in the settings of MCP."),
        ("Operator", "Accounts", "Super admins see who has an account, and suspend them."),
        ("Operator", "Mcp", "The limits in force are those of MCP too."),
        ("Operator", "Controls", "Super admins see how it stands with each security control."),
        ("Public", "Controls", "So do strangers, as far as it does not help them in."),
        ("Backups", "Columns", "A copy of a workspace hides from AI clients what the workspace hides."),
        ("Operator", "Backups", "Super admins see every backup, and ask for one."),
        ("Public", "Accounts", "The page about cookies names those of signing in."),
        ("Public", "Challenges", "The pages about cookies and privacy say what such a check sees."),
        ("Public", "Backups", "The status says how old the last backup is."),
        ("OAuth", "Tokens", "A grant is worth what a token with its scopes is, and its access tokens are checked like tokens."),
        ("OAuth", "Accounts", "Consent is given by the person who is signed in."),
        ("OAuth", "Columns", "Consent asks about private columns where there are some."),
        ("Smoke", "Accounts", "The made-up person chooses a password and signs in."),
        ("Smoke", "Agents", "The made-up workspace is paired with an agent."),
        ("Smoke", "Mcp", "It is asked over MCP."),
        ("Smoke", "Tables", "A table goes out as a file, within the bounds of such files."),
        ("Smoke", "OAuth", "An AI client is let in to it."),
        ("Smoke", "Tokens", "And another one by a token."),
        ("Proposals", "Tables", "What is accepted is saved among the questions."),
        ("Proposals", "Tokens", "Proposed is by the caller that a token stands for."),
        ("Sync", "Agents", "What is sent is taken from the agent that the request's token stands for."),
        ("Team", "Accounts", "The pages of a team name the person who is signed in; the invited make their account on the way."),
        ("Team", "Mail", "Invitations go by mail."),
        ("Team", "OAuth", "The access review names AI clients, and what they may do, as their own page does."),
        ("Health", "Accounts", "Those who run the server are told what fails."),
        ("Health", "Mail", "They are told by mail."),
        ("Tokens", "Columns", "What a token may read is bound by what no AI client of the workspace sees."),
        ("Mcp", "Mail", "Owners are told when an AI client comes to the end of its budget."),
        ("Mcp", "Proposals", "A tool proposes what a person decides."),
        ("Mcp", "Tables", "Questions that people saved are offered as prompts."),
        ("Mcp", "Tokens", "Tools act for the caller that a token stands for, and ask for scopes."),
    ];

    [Fact]
    public void EveryImportPointsTheAllowedWay()
    {
        var files = Repository.FilesUnder(Server, ".cs", ".razor").ToList();

        Assert.NotEmpty(files);
        Assert.Empty(files.SelectMany(WrongImports));
    }

    [Theory]
    [InlineData("Features/Agents/X.cs", "using WorkspaceServer.Features.Backups;")]
    [InlineData("Features/Agents/X.cs", "using static WorkspaceServer.Features.Backups.BackupOptions;")]
    [InlineData("Features/Agents/X.cs", "using B = WorkspaceServer.Features.Backups;")]
    [InlineData("Features/Agents/X.cs", "class C { string x = WorkspaceServer.Features.Backups.BackupOptions.Section; }")]
    [InlineData("Features/Agents/X.cs", "namespace WorkspaceServer.Features.Agents; class C { Features.Backups.BackupOptions x; }")]
    [InlineData("Features/Agents/X.cs", "namespace WorkspaceServer.Features.Agents; class C { string x = Commands.Init.Name; }")]
    [InlineData("Features/Agents/X.cs", "class C { System.Func<global::WorkspaceServer.Commands.Init> x; }")]
    [InlineData("Hosting/X.cs", "using WorkspaceServer.Control;")]
    [InlineData("Hosting/Deep/X.cs", "using WorkspaceServer.Workspaces.Writers;")]
    [InlineData("Control/X.cs", "using WorkspaceServer.Workspaces;")]
    [InlineData("Workspaces/X.cs", "using WorkspaceServer.Features.Mcp;")]
    [InlineData("Commands/X.cs", "using WorkspaceServer.Unheard;")]
    [InlineData("Dashboard/X.razor", "@using WorkspaceServer.Features.Audit")]
    [InlineData("Dashboard/X.razor", "<p>@WorkspaceServer.Control.Roles.Owner</p>")]
    [InlineData("Loose.cs", "class C { }")]
    [InlineData("Odd/X.cs", "class C { }")]
    public void AWrongImportIsFound(string file, string text) => Assert.Single(WrongImports(new SourceFile(Server + file, text)));

    [Theory]
    [InlineData("Features/Agents/X.cs", "using WorkspaceServer.Features.Audit;")]
    [InlineData("Features/Agents/X.cs", "using WorkspaceServer.Features.Agents.Pairing; using WorkspaceServer.Hosting; using WorkspaceServer.Vault.Keys;")]
    [InlineData("Features/Agents/X.cs", "/// <summary>See <see cref=\"WorkspaceServer.Commands.Init\"/>.</summary>\nclass C { }")]
    [InlineData("Commands/X.cs", "using WorkspaceServer.Features.Backups; using WorkspaceServer.Control;")]
    [InlineData("Workspaces/X.cs", "using WorkspaceServer.Control; using WorkspaceServer.Hosting;")]
    [InlineData("Features/Agents/X.cs", "using WorkspaceServer.Protocol;")]
    [InlineData("Program.cs", "using WorkspaceServer.Commands;")]
    public void ARightImportIsLeftAlone(string file, string text) => Assert.Empty(WrongImports(new SourceFile(Server + file, text)));

    private static IEnumerable<string> WrongImports(SourceFile file)
    {
        var parts = file.Path[Server.Length..].Split('/');
        var from = parts is [var only] ? Path.GetFileNameWithoutExtension(only) : parts[0];
        if (!Allowed.TryGetValue(from, out var allowed))
        {
            return [$"{file.Path}: {from} is not a folder of this program; see ARCHITECTURE.md"];
        }

        var feature = from == "Features" && parts.Length > 2 ? parts[1] : "";
        return Imports(file).Distinct().Where(IsWrong).Select(to => $"{file.Path} imports {to}");

        bool IsWrong(string to)
        {
            var target = to.Split('.');
            if (target[0] == from && (from != "Features" || target.Length < 2 || target[1] == feature))
            {
                return false;
            }

            return target[0] == "Features" && from == "Features"
                ? !AllowedFeaturePairs.Any(pair => (pair.From == "*" || pair.From == feature) && pair.To == target[1])
                : target[0] is not ("Vault" or "Age" or "Protocol") && !allowed.Contains(target[0]);
        }
    }

    /// <summary>The folders a file names, as `Control` or `Features.Audit`, wherever in the code it does.</summary>
    private static IEnumerable<string> Imports(SourceFile file)
    {
        if (file.Path.EndsWith(".razor", StringComparison.Ordinal))
        {
            return InMarkup().Matches(file.Text).Select(match => Folder(match.Value)).OfType<string>();
        }

        return file.Syntax.DescendantNodes()
            .Where(node => node is NameSyntax or MemberAccessExpressionSyntax)
            .Where(node => node.Parent is not (QualifiedNameSyntax or MemberAccessExpressionSyntax or BaseNamespaceDeclarationSyntax))
            .Select(node => Folder(node.ToString()))
            .OfType<string>();
    }

    /// <summary>`WorkspaceServer.Features.Audit.X` and, as code inside our namespace may say, `Features.Audit.X`.</summary>
    private static string? Folder(string name)
    {
        var parts = name.Replace("global::", "", StringComparison.Ordinal).Split('.', StringSplitOptions.TrimEntries);
        var ours = parts[0] == "WorkspaceServer";
        var rest = ours ? parts[1..] : parts;
        if (rest.Length == 0 || (!ours && (rest.Length < 2 || !Allowed.ContainsKey(rest[0]) || rest[0] == "Program")))
        {
            return null;
        }

        return rest[0] == "Features" && rest.Length > 1 ? $"Features.{rest[1]}" : rest[0];
    }

    [GeneratedRegex(@"\bWorkspaceServer(\.\w+)+")]
    private static partial Regex InMarkup();
}
