using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Accounts.Endpoints;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Team;

/// <summary>POST /w/{workspace}/leave: ends the membership of the person who asks.</summary>
internal static class Leave
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost(TeamPaths.Leave, HandleAsync)
        .TakesForm()
        .Guarded(Authority.Needs(Permissions.WorkspaceLeave.Name), RateClasses.Pages, InputCheck.By<NoFields.Validator>(), Recording.As(AuditActions.MemberLeft));

    private static async Task<IResult> HandleAsync(HttpContext context, WorkspaceId workspace, Memberships memberships, MemberPages pages)
    {
        await Form.ReadAsync(context, new NoFields.Validator());
        var me = Principal.Of(context.User)!;
        return Refused.Or(() => memberships.Leave(me, workspace)) is { } problems
            ? pages.Show(me, workspace, me.PersonId!, problems)
            : SeeOther.To(AccountPaths.Home);
    }
}
