using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Tests.Architecture;
using Xunit;

namespace WorkspaceServer.Tests.Inventory;

/// <summary>
/// What a page's form changes, the JSON interface changes by the same code: each of the two only reads its input, and one place checks it, does it and writes it down.
/// Seen in the entries of the audit log, which nothing privileged goes without: the entry of such an action is made in one file.
/// </summary>
public sealed partial class OnePathTests
{
    private const string Api = "api/";

    // Files beside the one that forms and interface share, and what they do.
    private static readonly HashSet<(string Action, string File)> Others =
    [
        ("HiddenColumnsChanged", "GrantBook.cs"), // of one AI client; ColumnRules are those of the workspace
        ("MemberRemoved", "Closures.cs"), // all memberships of an account that is closed
        ("OAuthRevoked", "TokenDesk.cs"), // the AI client gives its own access back
        ("AuditVerified", "AuditCheck.cs"), // only reads it
        ("WorkspaceCreated", "SmokeTest.cs"), // a verb's
    ];

    [Fact]
    [Trait("claim", "A65")]
    public async Task WhatAFormAndTheInterfaceBothChange_IsDoneInOnePlace()
    {
        await using var server = new MappedServer();
        var (byForm, byApi) = (Changed(server, isApi: false), Changed(server, isApi: true));
        var files = Repository.FilesUnder("src/WorkspaceServer/Features/", ".cs").Select(file => (Name: Path.GetFileName(file.Path), Text: Declared().Replace(file.Text, ""))).ToArray();
        var both = typeof(AuditActions).GetFields().Where(field => field.GetValue(null) is AuditAction action && byForm.Contains(action.Name) && byApi.Contains(action.Name)).Select(field => field.Name).ToArray();

        Assert.InRange(both.Length, 30, 200);
        foreach (var action in both)
        {
            var places = files.Where(file => Regex.IsMatch(file.Text, $@"AuditActions\.{action}\b")).Select(file => file.Name).Where(file => !Others.Contains((action, file))).ToArray();
            Assert.True(places.Length == 1, $"{action} is recorded in {string.Join(", ", places)}: a page and the interface have to share one service.");
        }
    }

    /// <summary>Names of the actions that endpoints record which change something.</summary>
    private static HashSet<string> Changed(MappedServer server, bool isApi) =>
    [
        .. GuardCheck.EndpointsOf(server.App)
            .Where(endpoint => endpoint.RoutePattern.RawText!.TrimStart('/').StartsWith(Api, StringComparison.Ordinal) == isApi)
            .Where(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Any(method => method is not ("GET" or "HEAD")) == true)
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<Guard>()!.Recording.Actions),
    ];

    /// <summary>What an endpoint says that it records, which is no entry.</summary>
    [GeneratedRegex(@"Recording\.As\([^)]*\)")]
    private static partial Regex Declared();
}
