using FluentValidation;
using Microsoft.AspNetCore.Mvc;
using WorkspaceServer.Dashboard.Languages;
using WorkspaceServer.Hosting;
using WorkspaceServer.Workspaces;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Tables;

/// <summary>Which rows of a table, as an address says: ?where=column~operator~value, any number of times, ?sort=, ?dir=desc, ?after=.</summary>
internal sealed record RowsQuery
{
    public const int MaxLimit = 200;

    public const int DefaultLimit = 50;

    /// <summary>Longest filter as an address carries it, in characters.</summary>
    public const int MaxConditionLength = TableSchema.MaxNameLength + RowPages.MaxFilterLength + 10;

    private const char Mark = '~';

    private static readonly Validator Rules = new();

    /// <summary>Names of the operators in addresses, and what people read.</summary>
    public static IReadOnlyList<(string Name, FilterOperator Operator, LaterText Words)> Operators { get; } =
    [
        ("eq", FilterOperator.Is, T.Later("is")),
        ("ne", FilterOperator.IsNot, T.Later("is not")),
        ("has", FilterOperator.Contains, T.Later("contains")),
        ("begins", FilterOperator.BeginsWith, T.Later("begins with")),
        ("lt", FilterOperator.Below, T.Later("is below")),
        ("le", FilterOperator.AtMost, T.Later("is at most")),
        ("gt", FilterOperator.Above, T.Later("is above")),
        ("ge", FilterOperator.AtLeast, T.Later("is at least")),
        ("empty", FilterOperator.IsEmpty, T.Later("is empty")),
        ("filled", FilterOperator.IsNotEmpty, T.Later("is not empty")),
    ];

    [FromQuery] // also where a form or a program sends this by POST
    public string[]? Where { get; init; }

    /// <summary>With <see cref="Op"/> and <see cref="Value"/> one more filter, as the form of the page sends it.</summary>
    public string? Column { get; init; }

    public string? Op { get; init; }

    public string? Value { get; init; }

    public string? Sort { get; init; }

    public string? Dir { get; init; }

    public string? After { get; init; }

    public int? Limit { get; init; }

    public IReadOnlyList<RowFilter> Filters => [.. Conditions.Select(Parse)];

    public RowOrder Order => new(string.IsNullOrEmpty(Sort) ? null : Sort, Dir == "desc");

    /// <summary>All filters as an address carries them, the form's own included. A form without a value, sent for the order alone, adds none.</summary>
    public IReadOnlyList<string> Conditions =>
        string.IsNullOrEmpty(Column) || string.IsNullOrEmpty(Op) || (string.IsNullOrEmpty(Value) && Op is not ("empty" or "filled")) ? Where ?? [] : [.. Where ?? [], string.Join(Mark, Column, Op, Value ?? "")];

    public RowsQuery Checked() => this.Checked(Rules);

    public static string Condition(string column, string op, string value) => string.Join(Mark, column, op, value);

    /// <summary>The address of a table's rows with these filters and this order.</summary>
    public static string Address(string path, IEnumerable<string> conditions, RowOrder order, string? after)
    {
        var parts = conditions.Select(condition => "where=" + Uri.EscapeDataString(condition)).ToList();
        if (order.Column is { } column)
        {
            parts.Add("sort=" + Uri.EscapeDataString(column));
        }

        if (order.IsDescending)
        {
            parts.Add("dir=desc");
        }

        if (after is not null)
        {
            parts.Add("after=" + Uri.EscapeDataString(after));
        }

        return parts.Count == 0 ? path : path + "?" + string.Join('&', parts);
    }

    /// <exception cref="ProblemException">It is no filter.</exception>
    public static RowFilter Parse(string condition)
    {
        var parts = condition.Split(Mark, 3);
        return parts is [var column, var op, var value] && Operators.FirstOrDefault(each => each.Name == op) is { Name: not null } known
            ? new RowFilter(column, known.Operator, value)
            : throw new ProblemException(ProblemCodes.InvalidArgument, "A filter is written as column~operator~value, with an operator such as eq, has, lt or gt.");
    }

    internal sealed class Validator : AbstractValidator<RowsQuery>
    {
        public Validator()
        {
            RuleFor(query => query.Limit).InclusiveBetween(1, MaxLimit).WithMessage($"limit is 1 to {MaxLimit}.");
            RuleFor(query => query.Conditions.Count).LessThanOrEqualTo(RowPages.MaxFilters).WithMessage($"There may be up to {RowPages.MaxFilters} filters.");
            RuleForEach(query => query.Conditions)
                .MaximumLength(MaxConditionLength)
                .WithMessage($"A filter's value has up to {RowPages.MaxFilterLength} characters.");
            RuleFor(query => query.Sort).MaximumLength(TableSchema.MaxNameLength).WithMessage("sort is the name of a column.");
            RuleFor(query => query.Dir).Must(dir => dir is null or "" or "asc" or "desc").WithMessage("dir is asc or desc.");
            RuleFor(query => query.After).MaximumLength(RowCursor.MaxLength).WithMessage("after is the next of the page before.");
        }
    }
}
