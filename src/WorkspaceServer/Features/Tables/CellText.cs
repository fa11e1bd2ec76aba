using System.Globalization;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Tables;

/// <summary>How a cell is written for people, by the type of its column.</summary>
internal static class CellText
{
    /// <summary>Whether the column stands at the right, as numbers do.</summary>
    public static bool IsNumber(ColumnType type) => type is ColumnType.Integer or ColumnType.Decimal;

    /// <param name="isName">Whether the number only names something: then it is not grouped.</param>
    public static string Of(SqlValue value, ColumnType type, bool isName = false) => value.Type switch
    {
        SqlType.Null => "",
        SqlType.Integer when type == ColumnType.Boolean => value.AsInteger() == 0 ? "no" : "yes",
        SqlType.Integer => isName ? value.AsInteger().ToString(CultureInfo.InvariantCulture) : Formats.Number(value.AsInteger()),
        SqlType.Real => Real(value.AsReal()),
        SqlType.Text when type == ColumnType.Date && DateOnly.TryParseExact(value.AsText(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            => day.ToString("d MMM yyyy", CultureInfo.InvariantCulture),
        SqlType.Text => value.AsText(),
        _ => value.ToString(),
    };

    public static bool IsNegative(SqlValue value) => value.Type switch
    {
        SqlType.Integer => value.AsInteger() < 0,
        SqlType.Real => value.AsReal() < 0,
        _ => false,
    };

    public static bool NamesSomething(TableSchema schema, ColumnSchema column) =>
        column.Name == schema.KeyColumn || column.References is not null || column.Name.EndsWith("_id", StringComparison.OrdinalIgnoreCase) || column.Name.Contains("year", StringComparison.OrdinalIgnoreCase);

    // A double holds 15 digits exactly; what has more stands as the machine writes it.
    private static string Real(double value) => Math.Abs(value) < 1e15 ? Formats.Decimal((decimal)value) : value.ToString("R", CultureInfo.InvariantCulture);
}
