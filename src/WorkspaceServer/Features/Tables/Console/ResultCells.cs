using WorkspaceServer.Features.Tables.Pages;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Tables.Console;

/// <summary>How the cells of an answer are written, which of its columns hold numbers, and how it can be drawn.</summary>
internal sealed class ResultCells(QueryAnswer answer)
{
    /// <summary>Characters of a cell.</summary>
    private const int MaxCellLength = 300;

    /// <summary>Columns that hold numbers.</summary>
    public IReadOnlySet<int> Numbers { get; } = Enumerable.Range(0, answer.Columns.Count)
        .Where(column => answer.Rows.Any(row => !row[column].IsNull) && answer.Rows.All(row => row[column].Type is SqlType.Null or SqlType.Integer or SqlType.Real))
        .ToHashSet();

    /// <summary>Null if the answer is none that can be drawn.</summary>
    public ResultChart? Chart => ResultCharts.Of(answer, Numbers, Text);

    public string Text(SqlValue[] row, int column)
    {
        var name = answer.Columns[column];
        var isName = name.EndsWith("id", StringComparison.OrdinalIgnoreCase) || name.Contains("year", StringComparison.OrdinalIgnoreCase);
        var text = CellText.Of(row[column], ColumnType.Text, isName);
        return text.Length > MaxCellLength ? text[..MaxCellLength] + "…" : text;
    }
}
