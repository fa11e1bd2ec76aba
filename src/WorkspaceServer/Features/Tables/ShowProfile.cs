using System.Security.Claims;
using FluentValidation;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Tables.Pages;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Tables;

/// <summary>GET /w/{workspace}/tables/{table}/profile?column= and GET /api/v1/workspaces/{workspace}/tables/{table}/profile?column=: what is in a column.</summary>
internal static class ShowProfile
{
    public const string Behind = "/profile";

    private static readonly Validator Rules = new();

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(TableAddresses.Table + Behind, ShowAsync)
            .Guarded(Authority.Needs(Permissions.QueryRun.Name), RateClasses.Pages, InputCheck.By<Validator>(), TableReads.Recorded);
        routes.MapGet(TableAddresses.ApiTable + Behind, HandleAsync)
            .Guarded(Authority.Needs(Permissions.QueryRun.Name), RateClasses.Api, InputCheck.By<Validator>(), TableReads.Recorded);
    }

    private static async Task<IResult> ShowAsync(WorkspaceId workspace, string table, [AsParameters] Query query, ClaimsPrincipal user, TableReads tables, CancellationToken cancel)
    {
        query.Checked(Rules);
        var found = await tables.TableAsync(workspace, table, cancel);
        var profile = await tables.ProfileAsync(user, workspace, found.Schema.Name, query.Column ?? found.Schema.Columns[0].Name, cancel);
        var (schema, column, path) = (found.Schema, profile.Column, TableAddresses.Of(workspace, found.Schema.Name));
        string Shown(SqlValue value) => value.IsNull ? T["empty"] : CellText.Of(value, column.Type, CellText.NamesSomething(schema, column));
        return Page.Of<ProfilePage>(new ProfileModel(
            AccessPaths.PageOf(workspace),
            schema.Name,
            path,
            [.. schema.Columns.Select(each => new ProfileColumn(each.Name, TypeWord(each.Type), $"{path}{Behind}?column={Uri.EscapeDataString(each.Name)}", each.Name == column.Name))],
            column.Name,
            TypeWord(column.Type),
            column.Description,
            profile.Rows,
            profile.Filled,
            profile.Distinct,
            Shown(profile.Least),
            Shown(profile.Greatest),
            [
                .. profile.Common.Select(common => new CommonValue(
                    Shown(common.Value),
                    common.Rows,
                    common.Value.ToString().Length > RowPages.MaxFilterLength ? null : RowsQuery.Address(
                        path,
                        [common.Value.IsNull ? RowsQuery.Condition(column.Name, "empty", "") : RowsQuery.Condition(column.Name, "eq", common.Value.ToString())],
                        new RowOrder(null, false),
                        null))),
            ],
            profile.Spread));
    }

    private static async Task<IResult> HandleAsync(WorkspaceId workspace, string table, [AsParameters] Query query, ClaimsPrincipal user, TableReads tables, CancellationToken cancel)
    {
        query.Checked(Rules);
        var found = await tables.TableAsync(workspace, table, cancel);
        var profile = await tables.ProfileAsync(user, workspace, found.Schema.Name, query.Column ?? found.Schema.Columns[0].Name, cancel);
        return Results.Json(new
        {
            Column = profile.Column.Name,
            Type = profile.Column.Type.ToString(),
            profile.Rows,
            profile.Filled,
            profile.Distinct,
            Least = PlainValue.Of(profile.Least),
            Greatest = PlainValue.Of(profile.Greatest),
            Common = profile.Common.Select(common => new { Value = PlainValue.Of(common.Value), common.Rows }),
            profile.Spread,
        });
    }

    private static string TypeWord(ColumnType type) => type switch
    {
        ColumnType.Integer => T["whole number"],
        ColumnType.Decimal => T["number"],
        ColumnType.Boolean => T["yes or no"],
        ColumnType.Date => T["date"],
        ColumnType.DateTime => T["date and time"],
        _ => T["text"],
    };

    internal sealed record Query
    {
        public string? Column { get; init; }
    }

    internal sealed class Validator : AbstractValidator<Query>
    {
        public Validator() => RuleFor(query => query.Column).MaximumLength(TableSchema.MaxNameLength).WithMessage("column is the name of a column.");
    }
}
