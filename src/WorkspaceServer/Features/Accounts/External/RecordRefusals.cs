using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Accounts.External;

/// <summary>Records why somebody was not signed in, once, and answers with what the caller may know of it.</summary>
internal sealed class RecordRefusals(AuditLog audit, AuthOptions auth) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (SignInRefused refused)
        {
            await audit.RecordAsync(new AuditEntry(AuditActions.SignInFailed)
            {
                Outcome = refused.Code.Code,
                Details = [("mode", auth.Mode.ToString().ToLowerInvariant()), ("reason", refused.Reason)],
            });
            throw new ProblemException(refused.Code, refused.Message, refused);
        }
    }
}
