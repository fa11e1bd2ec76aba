using WorkspaceServer.Dashboard.Components;

namespace WorkspaceServer.Features.Tables.Pages;

/// <param name="Seconds">How long a statement may take.</param>
public sealed record SqlModel(
    string Home,
    string Sql,
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
/// <param name="Chart">Null if the answer is none that bars can show.</param>
public sealed record SqlResult(
    IReadOnlyList<ResultColumn> Columns,
    IReadOnlyList<IReadOnlyList<GridCell>> Rows,
    bool IsCut,
    DateTimeOffset? AsOf,
    int Milliseconds,
    IReadOnlyList<string> Touched,
    ResultChart? Chart);

public sealed record ResultColumn(string Name, bool IsNumber);

/// <param name="Finding">In one sentence, for whoever does not see it.</param>
public sealed record ResultChart(string Title, string Finding, IReadOnlyList<Bar> Bars);
