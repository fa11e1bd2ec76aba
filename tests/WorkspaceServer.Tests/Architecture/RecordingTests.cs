using System.CommandLine;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using WorkspaceServer.Commands;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Architecture;

/// <summary>
/// Who says that it records an action does, and what is recorded was said: an endpoint, verb, tool or job names its actions in a Recording, and its own
/// file, or one whose type it names, makes an entry of each.
/// </summary>
public sealed partial class RecordingTests
{
    private static readonly Lazy<IReadOnlyList<SourceFile>> Sources = new(() => [.. Repository.FilesUnder("src/WorkspaceServer/", ".cs")]);

    [Fact]
    [Trait("claim", "A82")]
    public void EveryPromiseIsKept() => Assert.Empty(BrokenPromises(Sources.Value));

    [Fact]
    [Trait("claim", "A82")]
    public void NothingIsRecordedThatNobodyPromised() => Assert.Empty(Unpromised(Sources.Value));

    [Fact]
    [Trait("claim", "A82")]
    public void EveryRecordedActionHasATestThatPerformsIt()
    {
        var tested = Repository.FilesUnder("tests/WorkspaceServer.Tests/", ".cs").SelectMany(file => Tested().Matches(file.Text).Select(match => match.Groups[1].Value)).ToHashSet();

        Assert.DoesNotContain(Sources.Value.SelectMany(Entries).Select(entry => entry.Action).Distinct(), action => !tested.Contains(action));
    }

    [Fact]
    [Trait("claim", "A82")]
    public void EveryVerbSaysWhatItRecordsOrWhyNothing() =>
        Assert.Empty(Leaves(Cli.Build()).Where(verb => !IsDecided(Verb.RecordingOf(verb))).Select(verb => verb.Name));

    [Fact]
    [Trait("claim", "A82")]
    public async Task EveryEndpointSaysWhatItRecordsOrWhyNothing()
    {
        await using var server = await RunningServer.StartAsync();
        var endpoints = server.Endpoints.OfType<RouteEndpoint>().ToArray();

        Assert.NotEmpty(endpoints);
        Assert.Empty(endpoints.Where(endpoint => !IsDecided(endpoint.Metadata.GetMetadata<Guard>()?.Recording)).Select(endpoint => endpoint.RoutePattern.RawText));
    }

    [Theory]
    [InlineData("class C { object x = Recording.As(AuditActions.TokenCreated); }", "C.cs: TokenCreated is promised, but nothing here makes an entry of it")]
    [InlineData("class C { object x = Recording.As(\"token.created\"); }", "C.cs: \"token.created\" is not one of AuditActions")]
    [InlineData("class C { object x = Recording.As(AuditActions.NoSuchAction); }", "C.cs: AuditActions.NoSuchAction is not one of AuditActions")]
    [InlineData("class C { object x = Recording.As(AuditActions.TokenCreated); B b; }", null)]
    [InlineData("class C { object x = Recording.As(AuditActions.TokenCreated); object e = new AuditEntry(AuditActions.TokenCreated); }", null)]
    public void ABrokenPromiseIsFound(string text, string? finding)
    {
        SourceFile[] files = [new("C.cs", text), new("B.cs", "class B { object e = new AuditEntry(AuditActions.TokenCreated); }")];

        Assert.Equal(finding is null ? [] : [finding], BrokenPromises(files));
    }

    [Theory]
    [InlineData("class C { object e = new AuditEntry(AuditActions.TokenCreated); }", 1)]
    [InlineData("class C { object e = new AuditEntry(AuditActions.TokenCreated) { Outcome = \"x\" }; object x = Recording.As(AuditActions.TokenCreated); }", 0)]
    [InlineData("class C { AuditEntry e = new(AuditActions.TokenCreated); }", 1)]
    [InlineData("class C { AuditEntry M() => Entry(AuditActions.TokenCreated, 7); }", 1)]
    public void AnUnpromisedEntryIsFound(string text, int found) => Assert.Equal(found, Unpromised([new SourceFile("C.cs", text)]).Count());

    private static bool IsDecided(Recording? recording) =>
        recording is { Actions.Count: > 0, WhyNone: null } && recording.Actions.All(action => AuditActions.Find(action) is not null)
        || recording is { Actions.Count: 0, WhyNone.Length: > 0 };

    private static IEnumerable<string> BrokenPromises(IReadOnlyList<SourceFile> files)
    {
        var entries = files.SelectMany(file => Entries(file).Select(entry => (file.Path, entry.Action))).ToHashSet();
        var homes = files.SelectMany(file => Types(file).Select(type => (Type: type, file.Path))).ToLookup(home => home.Type, home => home.Path);
        foreach (var file in files)
        {
            foreach (var argument in Promises(file))
            {
                if (ActionOf(argument) is not { } action || typeof(AuditActions).GetField(action) is null)
                {
                    yield return $"{file.Path}: {argument} is not one of AuditActions";
                }
                else if (!Neighbours(file, homes).Any(path => entries.Contains((path, action))))
                {
                    yield return $"{file.Path}: {action} is promised, but nothing here makes an entry of it";
                }
            }
        }
    }

    private static IEnumerable<string> Unpromised(IReadOnlyList<SourceFile> files)
    {
        var promised = files.SelectMany(Promises).Select(ActionOf).ToHashSet();
        return files.SelectMany(file => Entries(file).Where(entry => !promised.Contains(entry.Action)).Select(entry => $"{entry.Place}: {entry.Action} is recorded, but no Recording names it"));
    }

    /// <summary>The file itself, and every file that declares a type which this one names.</summary>
    private static IEnumerable<string> Neighbours(SourceFile file, ILookup<string, string> homes) =>
        file.Syntax.DescendantTokens().Where(token => token.IsKind(SyntaxKind.IdentifierToken)).Select(token => token.Text).Distinct().SelectMany(name => homes[name]).Append(file.Path);

    private static IEnumerable<string> Types(SourceFile file) => file.Syntax.DescendantNodes().OfType<BaseTypeDeclarationSyntax>().Select(type => type.Identifier.Text);

    /// <summary>The arguments of each Recording.As.</summary>
    private static IEnumerable<ExpressionSyntax> Promises(SourceFile file) => file.Syntax.DescendantNodes().OfType<InvocationExpressionSyntax>()
        .Where(call => call.Expression.ToString() == "Recording.As")
        .SelectMany(call => call.ArgumentList.Arguments)
        .Select(argument => argument.Expression);

    /// <summary>Each action that is named where an entry is made: in whatever is no promise and no question about a row.</summary>
    private static IEnumerable<(string Action, string Place)> Entries(SourceFile file) => file.Syntax.DescendantNodes().OfType<MemberAccessExpressionSyntax>()
        .Where(member => ActionOf(member) is not null && member.Parent is ArgumentSyntax { Parent: ArgumentListSyntax { Parent: var call } } && call!.ToString() is var text
            && !text.StartsWith("Recording.As(", StringComparison.Ordinal))
        .Where(member => typeof(AuditActions).GetField(ActionOf(member)!)?.FieldType == typeof(AuditAction))
        .Select(member => (ActionOf(member)!, file.At(member)));

    private static string? ActionOf(ExpressionSyntax expression) =>
        expression is MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.Text: "AuditActions" } } member ? member.Name.Identifier.Text : null;

    private static IEnumerable<Command> Leaves(Command command) => command.Subcommands.SelectMany(verb => verb.Subcommands.Count > 0 ? Leaves(verb) : [verb]);

    [GeneratedRegex(@"Trait\(""action"", nameof\(AuditActions\.(\w+)\)\)")]
    private static partial Regex Tested();
}
