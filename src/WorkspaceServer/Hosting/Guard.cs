using Microsoft.AspNetCore.Authorization;

namespace WorkspaceServer.Hosting;

/// <summary>
/// What every endpoint decides when it is mapped: who may call it, how often, how its input is checked, and what of it is recorded.
/// An endpoint without these four does not start the server, and the list of them is a page of its own (tests/ENDPOINTS.md).
/// </summary>
internal sealed record Guard(Authority Authority, RateClass Rate, InputCheck Input, Recording Recording);

/// <summary>Who may call. Decided anew on every request, never remembered by the caller.</summary>
internal abstract record Authority
{
    /// <summary>Everybody, signed in or not.</summary>
    public static Authority Anyone { get; } = new AnyoneAuthority();

    /// <summary>The holder of a bearer token.</summary>
    public static Authority Token { get; } = new TokenAuthority();

    /// <summary>A paired agent, in the workspace that it was paired with and that the path names.</summary>
    public static Authority Agent { get; } = new AgentAuthority();

    /// <summary>A person with a session.</summary>
    public static Authority SignedIn { get; } = new SignedInAuthority(Fresh: false);

    /// <summary>A person with a session who proved who they are less than 15 minutes ago (step-up).</summary>
    public static Authority FreshlySignedIn { get; } = new SignedInAuthority(Fresh: true);

    /// <summary>Whoever holds this permission in the workspace that the request names; without a workspace, in the whole system.</summary>
    /// <param name="permission">Its name, such as "members.invite".</param>
    /// <param name="fresh">Also asks for an authentication younger than 15 minutes (step-up).</param>
    public static Authority Needs(string permission, bool fresh = false) => new PermissionAuthority(permission, fresh);

    /// <summary>Whoever has a signed link that somebody made minutes ago, once, for what that person may still do.</summary>
    /// <param name="permission">What whoever made it must hold in the workspace of the path; null for what is their own.</param>
    public static Authority Link(string? permission = null) => new LinkAuthority(permission);

    internal sealed record AnyoneAuthority : Authority;

    internal sealed record TokenAuthority : Authority;

    internal sealed record AgentAuthority : Authority;

    internal sealed record SignedInAuthority(bool Fresh) : Authority;

    internal sealed record PermissionAuthority(string Permission, bool Fresh) : Authority;

    internal sealed record LinkAuthority(string? Permission) : Authority;
}

/// <summary>How input is checked before anything is done with it.</summary>
/// <param name="Validator">The FluentValidation validator, or another type that checks; null if there is no input.</param>
/// <param name="WhyNone">Why nothing has to be checked, where nothing is.</param>
internal sealed record InputCheck(Type? Validator, string? WhyNone)
{
    /// <summary>Checked by this type.</summary>
    public static InputCheck By<TValidator>() => new(typeof(TValidator), null);

    /// <summary>Ids in the path, which are only looked up, as parameters and together with the workspace.</summary>
    public static InputCheck Ids { get; } = new(null, "ids are only looked up");

    /// <summary>There is nothing to check: no parameter, no query, no body is read.</summary>
    public static InputCheck None { get; } = new(null, "reads no input");
}

/// <summary>What the audit log hears of a call.</summary>
/// <param name="Actions">Names of the actions that it may record; empty if none.</param>
/// <param name="WhyNone">Why none is recorded, where none is.</param>
internal sealed record Recording(IReadOnlyList<string> Actions, string? WhyNone)
{
    public static Recording As(params ReadOnlySpan<string> actions) => new([.. actions], null);

    public static Recording Nothing(string why) => new([], why);
}

/// <summary>Gives endpoints their guard.</summary>
internal static class GuardExtensions
{
    /// <summary>Sets the four decisions, and what of them the pipeline enforces by itself.</summary>
    public static TBuilder Guarded<TBuilder>(this TBuilder endpoint, Authority authority, RateClass rate, InputCheck input, Recording recording)
        where TBuilder : IEndpointConventionBuilder
    {
        endpoint.WithMetadata(new Guard(authority, rate, input, recording));
        return authority is Authority.AnyoneAuthority ? endpoint.AllowAnonymous() : endpoint.RequireAuthorization(PolicyOf(authority));
    }

    /// <summary>Which scheme has to say who calls: a cookie opens no endpoint for tokens, and a token none for people.</summary>
    private static AuthorizationPolicy PolicyOf(Authority authority)
    {
        var policy = new AuthorizationPolicyBuilder(Schemes.Of(authority))
            .RequireAuthenticatedUser()
            .AddRequirements(new AuthorityRequirement(authority));
        if (authority is Authority.SignedInAuthority { Fresh: true } or Authority.PermissionAuthority { Fresh: true })
        {
            policy.AddRequirements(new FreshAuthentication());
        }

        return policy.Build();
    }
}

/// <summary>What ASP.NET Core has to ask before such an endpoint runs; Features/Access answers it.</summary>
internal sealed record AuthorityRequirement(Authority Authority) : IAuthorizationRequirement;
