using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Access.Http;

/// <summary>Why a request was refused, as it will be told.</summary>
internal sealed class Refusal(IAuthorizationHandler handler, ProblemCode code, string detail) : AuthorizationFailureReason(handler, detail)
{
    public ProblemCode Code => code;
}

/// <summary>Answers a refused request with its reason. Who is nobody yet is asked to sign in, as their scheme does it.</summary>
internal sealed class RefusalResponses : IAuthorizationMiddlewareResultHandler
{
    private static readonly AuthorizationMiddlewareResultHandler Others = new();

    public Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult) =>
        authorizeResult.AuthorizationFailure?.FailureReasons.OfType<Refusal>().FirstOrDefault() is { } refusal
            ? ProblemResponses.WriteAsync(context, refusal.Code, refusal.Message)
            : Others.HandleAsync(next, context, policy, authorizeResult);
}
