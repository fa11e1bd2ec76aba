using WorkspaceServer.Dashboard.Components;

namespace WorkspaceServer.Features.Tables.Pages;

/// <param name="Steps">What the statement does, in words; none if that cannot be said of it.</param>
/// <param name="Seconds">How long a statement may take.</param>
public sealed record SqlModel(
    string Home,
    string Sql,
    IReadOnlyList<string> Steps,
    IReadOnlyList<SchemaTable> Tables,
    IReadOnlyList<PastRun> Runs,
    IReadOnlyList<SavedRow> Saved,
    SqlResult? Result,
    string? Error,
    int Seconds,
    int MaxRows,
    bool MayExport);

public sealed record SchemaTable(string Name, long Rows, IReadOnlyList<SchemaColumn> Columns);

public sealed record SchemaColumn(string Name, string Type);

public sealed record PastRun(string Sql, string Href, DateTimeOffset At, bool IsOk, int Rows);

public sealed record SavedRow(string Id, string Name, string Href, string By, bool MayRemove);

/// <param name="Touched">"table.column" of what was read.</param>
/// <param name="Chart">Null if the answer is none that can be drawn.</param>
public sealed record SqlResult(
    IReadOnlyList<ResultColumn> Columns,
    IReadOnlyList<IReadOnlyList<GridCell>> Rows,
    bool IsCut,
    DateTimeOffset? AsOf,
    int Milliseconds,
    IReadOnlyList<string> Touched,
    ResultChart? Chart);

public sealed record ResultColumn(string Name, bool IsNumber);

/// <summary>How an answer can be drawn.</summary>
public enum ChartKind
{
    Bars,
    Line,
    Pie,

    /// <summary>A table with one row and one column for each name.</summary>
    Pivot,
}

/// <param name="Finding">In one sentence, for whoever does not see it.</param>
/// <param name="Bars">A name and a number for each row of the answer, in its order.</param>
/// <param name="Kinds">Those that fit, the best first.</param>
/// <param name="Pivot">If that is one of them.</param>
public sealed record ResultChart(string Title, string Finding, IReadOnlyList<Bar> Bars, IReadOnlyList<ChartKind> Kinds, PivotTable? Pivot = null);

/// <param name="Corner">What the rows are.</param>
public sealed record PivotTable(string Corner, IReadOnlyList<string> Columns, IReadOnlyList<PivotRow> Rows);

/// <param name="Cells">One for each column; empty where there is none.</param>
public sealed record PivotRow(string Name, IReadOnlyList<string> Cells);
