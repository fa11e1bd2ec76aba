using Microsoft.AspNetCore.Authorization;

namespace WorkspaceServer.Hosting;

/// <summary>Looks at every endpoint before the server starts: one that did not decide is a mistake that nobody may meet first.</summary>
internal static class GuardCheck
{
    /// <exception cref="InvalidOperationException">Names the endpoints and what they lack.</exception>
    public static void Require(IEndpointRouteBuilder routes)
    {
        var complaints = EndpointsOf(routes).SelectMany(Complaints).ToArray();
        if (complaints.Length > 0)
        {
            throw new InvalidOperationException("Map every endpoint with Guarded(…): " + string.Join(' ', complaints));
        }
    }

    /// <summary>Everything that is mapped.</summary>
    public static IEnumerable<RouteEndpoint> EndpointsOf(IEndpointRouteBuilder routes) => routes.DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>();

    /// <summary>What is wrong with the guard of an endpoint.</summary>
    public static IEnumerable<string> Complaints(RouteEndpoint endpoint)
    {
        var name = endpoint.DisplayName ?? endpoint.RoutePattern.RawText;
        if (endpoint.Metadata.GetMetadata<Guard>() is not { } guard)
        {
            yield return $"{name} has no guard.";
            yield break;
        }

        if (guard.Input is not { Validator: not null } and not { WhyNone.Length: > 0 })
        {
            yield return $"{name} neither checks its input nor says why it need not.";
        }

        if (guard.Recording is not { Actions.Count: > 0 } and not { WhyNone.Length: > 0 })
        {
            yield return $"{name} neither records nor says why it need not.";
        }

        // What the pipeline goes by is other metadata, and the last word there counts.
        if (guard.Authority is Authority.AnyoneAuthority != (endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null))
        {
            yield return $"{name} lets in others than its guard says.";
        }
    }
}
