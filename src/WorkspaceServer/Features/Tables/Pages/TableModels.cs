namespace WorkspaceServer.Features.Tables.Pages;

// What the pages show. Public, since Razor makes components and so their parameters public.

/// <param name="Home">The workspace's address, with no slash at its end; so in all models.</param>
public sealed record TablesModel(string Home, bool MayImport, IReadOnlyList<TableRow> Tables);

public sealed record TableRow(string Name, string Href, string? Description, string Source, int Columns, long Rows, DateTimeOffset AsOf);

public sealed record TableHead(string Name, string Href, string? Description, string Source, long Rows, DateTimeOffset AsOf, int Columns);

/// <param name="Conditions">The filters as the address carries them, for the form that adds another.</param>
/// <param name="Found">Rows that fit; null if not all were counted.</param>
/// <param name="AtLeast">Rows that were counted, if not all were.</param>
/// <param name="LookedThrough">How much of the table was looked through, in percent, if the time was over before the page was full; null otherwise.</param>
/// <param name="IsProvisional">True if the rows are the first of the order only among those that were looked through.</param>
/// <param name="Export">As CSV; null if they may not.</param>
/// <param name="ExportSheet">As a sheet of Excel; null if they may not.</param>
/// <param name="Error">Why there are no rows.</param>
public sealed record TableGridModel(
    string Home,
    TableHead Table,
    IReadOnlyList<GridColumn> Columns,
    IReadOnlyList<GridRow> Rows,
    IReadOnlyList<FilterChip> Filters,
    IReadOnlyList<string> Conditions,
    string? Sort,
    bool IsDescending,
    long? Found,
    long AtLeast,
    int? LookedThrough,
    bool IsProvisional,
    string? Next,
    string? Earlier,
    string? Export,
    string? ExportSheet,
    int Milliseconds,
    string? Error,
    ChartChoice? Chart = null);

/// <summary>What the rows can be drawn by.</summary>
/// <param name="By">Columns that part them.</param>
/// <param name="Of">Columns that can be added up.</param>
public sealed record ChartChoice(IReadOnlyList<string> By, IReadOnlyList<string> Of);

/// <param name="SortHref">The same rows in the order of this column, or the other way round.</param>
/// <param name="Sorted">"ascending", "descending" or null.</param>
public sealed record GridColumn(string Name, string? Description, bool IsNumber, string SortHref, string? Sorted);

/// <param name="Href">Null where nothing names the row.</param>
public sealed record GridRow(string? Href, IReadOnlyList<GridCell> Cells);

public sealed record GridCell(string Text, bool IsNull, bool IsNumber, bool IsNegative);

public sealed record FilterChip(string Words, string Without);

public sealed record RowModel(
    string Home, string Table, string TableHref, string Key, DateTimeOffset AsOf, IReadOnlyList<RowValue> Values, IReadOnlyList<RelatedRows> Related);

/// <param name="Href">The row that it points to.</param>
public sealed record RowValue(string Column, string? Description, string Text, bool IsNull, bool IsNumber, bool IsNegative, string? Href);

public sealed record RelatedRows(string Words, string Href);

/// <param name="Spread">Rows in steps of the same width from the least to the greatest value; empty where there is nothing to draw.</param>
public sealed record ProfileModel(
    string Home,
    string Table,
    string TableHref,
    IReadOnlyList<ProfileColumn> Columns,
    string Column,
    string Type,
    string? Description,
    long Rows,
    long Filled,
    long Distinct,
    string Least,
    string Greatest,
    IReadOnlyList<CommonValue> Common,
    IReadOnlyList<long> Spread);

public sealed record ProfileColumn(string Name, string Type, string Href, bool IsOpen);

/// <param name="Href">The rows with this value.</param>
public sealed record CommonValue(string Text, long Rows, string? Href);

public sealed record UploadModel(string Home, string Name, string Key, string? Error);

/// <param name="Address">Of this page; its forms are behind it.</param>
/// <param name="Events">The stream that says when to look again; null when it is over.</param>
/// <param name="Progress">Null when it is over.</param>
/// <param name="Table">Where the table is, once it is there.</param>
public sealed record UploadRunModel(string Home, string Address, string? Events, string State, string FileName, UploadProgress? Progress, string? Error, string? Table, long Rows);

/// <param name="Share">How much is done, 0 to 1.</param>
/// <param name="Left">How long it still takes; null as long as nothing can be said.</param>
public sealed record UploadProgress(double Share, string What, long Rows, TimeSpan? Left);
