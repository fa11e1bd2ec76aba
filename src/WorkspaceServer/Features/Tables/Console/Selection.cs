using System.Globalization;
using FluentValidation;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Tables.Console;

/// <summary>A table as it is filtered now, put together by one column: as the statement that a person would write for it.</summary>
/// <param name="Where">Filters as addresses carry them.</param>
/// <param name="By">The column that parts the rows; of dates their months do.</param>
/// <param name="Of">The column that is added up; nothing to count the rows.</param>
internal sealed record Selection(IReadOnlyList<string> Where, string By, string Of)
{
    /// <summary>Columns that part rows into groups one can name: all but amounts. The key is the last, since it parts every row from every other.</summary>
    public static IEnumerable<ColumnSchema> Parting(TableSchema schema) => schema.Columns
        .Where(column => !CellText.IsNumber(column.Type) || CellText.NamesSomething(schema, column))
        .OrderBy(column => column.Name == schema.KeyColumn);

    /// <summary>Columns that can be added up.</summary>
    public static IEnumerable<ColumnSchema> Adding(TableSchema schema) => schema.Columns.Where(column => CellText.IsNumber(column.Type) && !CellText.NamesSomething(schema, column));

    /// <summary>One SELECT with the filters that the rows were found by.</summary>
    /// <exception cref="ProblemException">The table has no such column, or one of the filters is none.</exception>
    public string Statement(TableSchema schema)
    {
        var parting = RowPages.Column(schema, By);
        var isTime = parting.Type is ColumnType.Date or ColumnType.DateTime;
        var name = Identifiers.Quote(parting.Name);
        var value = Of.Length == 0 ? null : Identifiers.Quote(RowPages.Column(schema, Of).Name);
        var by = isTime ? $"substr({name}, 1, 7)" : name;
        var lines = new List<string>
        {
            $"SELECT {by}{(isTime ? " AS month" : "")}, {(value is null ? "count(*) AS number_of_rows" : $"sum({value}) AS {value}")}",
            $"FROM {Identifiers.Quote(schema.Name)}",
        };
        if (Where.Count > 0)
        {
            lines.Add("WHERE " + string.Join("\n  AND ", Where.Select(condition => Condition(schema, RowsQuery.Parse(condition)))));
        }

        lines.Add($"GROUP BY {by}");
        lines.Add(isTime ? $"ORDER BY {by}" : $"ORDER BY {value ?? "number_of_rows"} DESC");
        lines.Add($"LIMIT {(isTime ? ResultCharts.MaxPoints : ResultCharts.MaxBars)}");
        return string.Join('\n', lines);
    }

    /// <summary>As <see cref="RowPages"/> compares, with the value in the place of the parameter.</summary>
    private static string Condition(TableSchema schema, RowFilter filter)
    {
        var (sql, value) = RowPages.Condition(schema, filter);
        var text = sql.Replace("t.\"", "\"", StringComparison.Ordinal);
        // Names are letters, digits and _, so the one question mark is the parameter.
        return value is { } parameter ? text.Replace("?", Literal(parameter), StringComparison.Ordinal) : text;
    }

    private static string Literal(SqlValue value) => value.Type switch
    {
        SqlType.Integer => value.AsInteger().ToString(CultureInfo.InvariantCulture),
        SqlType.Real => value.AsReal().ToString("R", CultureInfo.InvariantCulture),
        _ => $"'{value.AsText().Replace("'", "''", StringComparison.Ordinal)}'",
    };

    internal sealed class Validator : AbstractValidator<Selection>
    {
        public Validator()
        {
            RuleFor(selection => selection.Where).NotNull().Must(filters => filters is null || filters.Count <= RowPages.MaxFilters).WithMessage($"There may be up to {RowPages.MaxFilters} filters.");
            RuleForEach(selection => selection.Where).NotNull().MaximumLength(RowsQuery.MaxConditionLength).WithMessage($"A filter's value has up to {RowPages.MaxFilterLength} characters.");
            RuleFor(selection => selection.By).NotEmpty().MaximumLength(TableSchema.MaxNameLength).WithMessage("by is the name of a column.");
            RuleFor(selection => selection.Of).NotNull().MaximumLength(TableSchema.MaxNameLength).WithMessage("of is the name of a column with numbers, or nothing to count the rows.");
        }
    }
}
