using System.Security.Claims;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Tables.Console;

/// <summary>GET and POST /api/v1/workspaces/{workspace}/questions, DELETE …/questions/{question}: saved questions.</summary>
internal static class QuestionsApi
{
    private const string Path = AccessPaths.Workspace + "/questions";

    private static readonly QuestionToSave.Validator Rules = new();

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, (WorkspaceId workspace, QuestionStore store) =>
                Results.Json(new { Items = store.ListSaved(workspace).Select(question => new { question.Id, question.Name, question.Sql, question.SavedBy, question.SavedAt }) }))
            .Guarded(Authority.Needs(Permissions.QueryRun.Name), RateClasses.Api, InputCheck.Ids, Recording.Nothing("reads only"));
        routes.MapPost(Path, (WorkspaceId workspace, QuestionToSave body, ClaimsPrincipal user, SavedQuestions questions) =>
            {
                var saved = questions.Save(user, workspace, body.Checked(Rules));
                return Results.Json(new { saved.Id, saved.Name }, statusCode: StatusCodes.Status201Created);
            })
            .Guarded(Authority.Needs(Permissions.QueryRun.Name), RateClasses.Api, InputCheck.By<QuestionToSave.Validator>(), Recording.As(AuditActions.QuestionSaved));
        routes.MapDelete(Path + "/{question}", (WorkspaceId workspace, string question, ClaimsPrincipal user, SavedQuestions questions) =>
            {
                questions.Forget(user, workspace, question);
                return Results.NoContent();
            })
            .Guarded(Authority.Needs(Permissions.QueryRun.Name), RateClasses.Api, InputCheck.Ids, Recording.As(AuditActions.QuestionDeleted));
    }
}
