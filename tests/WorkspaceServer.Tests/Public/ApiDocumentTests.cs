using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Public;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Public;

/// <summary>The description of the JSON interface: whole, true to the guards, and the same as what the server does with fields that it does not know.</summary>
public sealed partial class ApiDocumentTests : IAsyncLifetime
{
    private AccountsServer house = null!;
    private JsonElement document;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        house = await AccountsServer.StartAsync();
        document = await house.Server.Http.GetFromJsonAsync<JsonElement>(ApiDocument.Path, Cancel);
    }

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Fact]
    public void EveryEndpointIsDescribed_WithTheProblemsOfItsGuard()
    {
        var endpoints = Endpoints().ToArray();

        Assert.InRange(endpoints.Length, 60, 1_000);
        Assert.Equal(endpoints.Select(each => $"{each.Method} {each.Path}").Order(StringComparer.Ordinal), Operations().Select(each => $"{each.Method} {each.Path}").Order(StringComparer.Ordinal));
        foreach (var (method, path, guard) in endpoints)
        {
            var operation = document.GetProperty("paths").GetProperty(path).GetProperty(method);
            var responses = operation.GetProperty("responses");
            foreach (var problem in ApiDocument.ProblemsOf(guard, operation.TryGetProperty("parameters", out _), operation.TryGetProperty("requestBody", out _)))
            {
                var described = responses.GetProperty(problem.HttpStatus.ToString(System.Globalization.CultureInfo.InvariantCulture));
                Assert.Contains(problem.Code, described.GetProperty("description").GetString()!.Split(", "));
                Assert.Equal("#/components/schemas/Problem", described.GetProperty("content").GetProperty("application/problem+json").GetProperty("schema").GetProperty("$ref").GetString());
            }
        }
    }

    /// <summary>No answer has a field for what is kept of a secret, and no example is one.</summary>
    [Fact]
    [Trait("claim", "D43")]
    public void NothingInItIsASecret_OrHasRoomForOneThatIsKept()
    {
        string[] kept = ["sha256", "verifier", "password_hash", "sealed_key", "pending_key", "salt", "mac", "secret_hash", "master_key", "age_identity"];
        var fields = document.GetProperty("components").GetProperty("schemas").EnumerateObject()
            .Where(schema => schema.Value.TryGetProperty("properties", out _))
            .SelectMany(schema => schema.Value.GetProperty("properties").EnumerateObject().Select(property => $"{schema.Name}.{property.Name}")).ToArray();

        Assert.InRange(fields.Length, 100, 10_000);
        Assert.DoesNotContain(fields, field => kept.Contains(field.Split('.')[^1], StringComparer.OrdinalIgnoreCase));
        Assert.Empty(SecretShapes.In(document.GetRawText()));
    }

    [Fact]
    public void EveryReferenceResolves()
    {
        var names = document.GetProperty("components").GetProperty("schemas").EnumerateObject().Select(schema => schema.Name).ToHashSet(StringComparer.Ordinal);
        var references = Reference().Matches(document.GetRawText()).Select(match => match.Groups[1].Value).ToArray();

        Assert.StartsWith("3.1", document.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        Assert.NotEmpty(references);
        Assert.All(references, reference => Assert.Contains(reference, names));
    }

    [Fact]
    public async Task AFieldThatNobodyKnowsIsRefused_ByEveryBody()
    {
        var (browser, token) = await SuperOwnerAsync();
        var bodies = Operations().Where(each => each.Operation.TryGetProperty("requestBody", out var body) && body.GetProperty("content").TryGetProperty("application/json", out _)).ToArray();

        Assert.InRange(bodies.Length, 12, 1_000);
        foreach (var (method, path, _) in bodies.Where(each => !each.Path.Contains("/sync/", StringComparison.Ordinal)))
        {
            using var request = new HttpRequestMessage(new HttpMethod(method.ToUpperInvariant()), Filled(path)) { Content = new StringContent("{\"no_such_field\":1}", null, "application/json") };
            request.Headers.Add("Cookie", string.Join("; ", browser.Cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")));
            request.Headers.Add("Origin", browser.Origin);
            request.Headers.Add(CrossSiteCheck.TokenHeader, token);
            request.Headers.Add("X-Forwarded-For", "192.0.2.1");
            using var answer = await house.Server.Http.SendAsync(request, Cancel);
            var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel);

            Assert.True(answer.StatusCode == HttpStatusCode.BadRequest, $"{method} {path}: {problem}");
            Assert.Equal(ProblemCodes.BadRequest.Code, problem.GetProperty("code").GetString());
        }
    }

    private async Task<(TestBrowser Browser, string Token)> SuperOwnerAsync()
    {
        var person = await house.AddAsync(role: SystemRole.SuperAdmin);
        using (var connection = house.Server.Workspaces.Control.Open())
        {
            MembershipStore.Add(connection, house.Server.Workspace, person.Id, Role.Owner, house.Clock.GetUtcNow());
        }

        house.Server.Workspaces.Changes.Changed();
        var browser = await house.SignInAsync((await house.EnrolAsync(person)).Key);
        return (browser, (await browser.GetAsync("/")).Token!);
    }

    private string Filled(string path) => Parameter().Replace(path.Replace("{workspace}", house.Server.Workspace.ToString(), StringComparison.Ordinal), "x");

    private IEnumerable<(string Method, string Path, Guard Guard)> Endpoints() =>
        from endpoint in house.Server.Endpoints.OfType<RouteEndpoint>()
        let path = Constraint().Replace("/" + endpoint.RoutePattern.RawText!.TrimStart('/'), "}")
        where path.StartsWith("/api/v1/", StringComparison.Ordinal) && path != ApiDocument.Path
        from method in endpoint.Metadata.GetRequiredMetadata<IHttpMethodMetadata>().HttpMethods
        select (method.ToLowerInvariant(), path, endpoint.Metadata.GetRequiredMetadata<Guard>());

    private IEnumerable<(string Method, string Path, JsonElement Operation)> Operations() =>
        from path in document.GetProperty("paths").EnumerateObject()
        from operation in path.Value.EnumerateObject()
        where operation.Name is "get" or "put" or "post" or "delete" or "patch"
        select (operation.Name, path.Name, operation.Value);

    [GeneratedRegex("\"\\$ref\": ?\"#/components/schemas/([^\"]+)\"")]
    private static partial Regex Reference();

    [GeneratedRegex("\\{[^}]+\\}")]
    private static partial Regex Parameter();

    [GeneratedRegex(":[^}]*\\}")]
    private static partial Regex Constraint();
}
