using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Tests.Access;

/// <summary>One endpoint of the running server, with what it asks of its callers.</summary>
internal sealed partial record GuardedEndpoint(string Method, string Path, Guard Guard)
{
    /// <summary>What stands for ids in a path when nothing has to be found.</summary>
    public const string NoId = "0123456789abcdef0123456789abcdef";

    /// <summary>Every guarded endpoint, ordered; what is mapped later is in it by itself.</summary>
    public static IReadOnlyList<GuardedEndpoint> AllOf(RunningServer server) =>
    [
        .. server.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<Guard>() is not null)
            .SelectMany(endpoint => (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Select(method => new GuardedEndpoint(
                method, "/" + endpoint.RoutePattern.RawText!.Trim('/'), endpoint.Metadata.GetMetadata<Guard>()!)))
            .OrderBy(endpoint => endpoint.Path, StringComparer.Ordinal).ThenBy(endpoint => endpoint.Method, StringComparer.Ordinal),
    ];

    public bool NamesWorkspace => Path.Contains("{workspace}", StringComparison.Ordinal);

    public bool HasBody => Method is "POST" or "PUT" or "PATCH";

    public string PathFor(WorkspaceId workspace, string id = NoId) =>
        Parameter().Replace(Path.Replace("{workspace}", workspace.ToString(), StringComparison.Ordinal), id);

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Parameter();
}

/// <summary>Notes what authorization said of each request that carries a mark, then goes on as always.</summary>
internal sealed class VerdictRecorder : IAuthorizationMiddlewareResultHandler
{
    public const string Header = "X-Test-Mark";
    private readonly RefusalResponses inner = new();
    private readonly Dictionary<string, bool> verdicts = [];

    public static void AddTo(IServiceCollection services)
    {
        services.AddSingleton<VerdictRecorder>();
        services.AddSingleton<IAuthorizationMiddlewareResultHandler>(provider => provider.GetRequiredService<VerdictRecorder>());
    }

    /// <summary>Whether the request reached its endpoint; one that asks nothing of its callers is always reached.</summary>
    public bool WasReached(string mark)
    {
        lock (verdicts)
        {
            return verdicts.GetValueOrDefault(mark, true);
        }
    }

    public Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (context.Request.Headers[Header] is [{ } mark])
        {
            lock (verdicts)
            {
                verdicts[mark] = authorizeResult.Succeeded;
            }
        }

        return inner.HandleAsync(next, context, policy, authorizeResult);
    }
}
