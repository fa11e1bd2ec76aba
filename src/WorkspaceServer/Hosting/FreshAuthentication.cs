using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;

namespace WorkspaceServer.Hosting;

/// <summary>Asks that the caller proved who they are a short time ago (step-up).</summary>
internal sealed class FreshAuthentication : IAuthorizationRequirement
{
    /// <summary>Seconds since 1970 of the last proof, named as in OpenID Connect Core, section 2.</summary>
    public const string ClaimType = "auth_time";

    public static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(15);

    public static bool IsFresh(ClaimsPrincipal user, DateTimeOffset now) =>
        long.TryParse(user.FindFirst(ClaimType)?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
        && now - DateTimeOffset.FromUnixTimeSeconds(seconds) < MaxAge;

    internal sealed class Handler(TimeProvider clock) : AuthorizationHandler<FreshAuthentication>
    {
        protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, FreshAuthentication requirement)
        {
            if (IsFresh(context.User, clock.GetUtcNow()))
            {
                context.Succeed(requirement);
            }

            return Task.CompletedTask;
        }
    }
}
