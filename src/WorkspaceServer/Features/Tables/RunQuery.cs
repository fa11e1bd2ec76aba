using System.Security.Claims;
using FluentValidation;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Sandbox;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Tables;

/// <summary>POST /api/v1/workspaces/{workspace}/query: runs one SELECT in the sandbox.</summary>
internal static class RunQuery
{
    public const string Path = AccessPaths.Workspace + "/query";

    /// <summary>Most rows of one answer.</summary>
    public const int MaxRows = 1_000;

    /// <summary>Rows of one answer if nobody says how many.</summary>
    public const int DefaultRows = 200;

    private static readonly Validator Rules = new();

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost(Path, HandleAsync)
        .Guarded(Authority.Needs(Permissions.QueryRun.Name), RateClasses.Api, InputCheck.By<Validator>(), QueryRuns.Recorded);

    private static async Task<Answer> HandleAsync(WorkspaceId workspace, Body body, ClaimsPrincipal user, QueryRuns runs, CancellationToken cancel)
    {
        body.Checked(Rules);
        var answer = await runs.RunAsync(user, workspace, body.Sql, body.MaxRows ?? DefaultRows, cancel);
        return new Answer(answer.Columns, [.. answer.Rows.Select(row => row.Select(PlainValue.Of).ToArray())], answer.Truncated, answer.AsOf);
    }

    internal sealed record Body(string Sql, int? MaxRows = null);

    internal sealed record Answer(IReadOnlyList<string> Columns, IReadOnlyList<object?[]> Rows, bool Truncated, DateTimeOffset? AsOf);

    internal sealed class Validator : AbstractValidator<Body>
    {
        public Validator()
        {
            RuleFor(body => body.Sql).Length(1, SandboxLimits.MaxSqlBytes).WithMessage($"sql is one SELECT of up to {SandboxLimits.MaxSqlBytes} bytes.");
            RuleFor(body => body.MaxRows).InclusiveBetween(1, RunQuery.MaxRows).WithMessage($"max_rows is 1 to {RunQuery.MaxRows}.");
        }
    }
}
