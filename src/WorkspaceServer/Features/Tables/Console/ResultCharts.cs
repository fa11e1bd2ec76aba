using System.Text.RegularExpressions;
using WorkspaceServer.Dashboard.Components;
using WorkspaceServer.Features.Tables.Pages;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Tables.Console;

/// <summary>Which pictures an answer can be drawn as: a number for each of a few names, along a line of times, or for each pair of two names.</summary>
internal static partial class ResultCharts
{
    /// <summary>Bars that one can still tell apart.</summary>
    public const int MaxBars = 24;

    /// <summary>Slices that one can still tell apart.</summary>
    public const int MaxSlices = 6;

    /// <summary>Points of a line.</summary>
    public const int MaxPoints = 400;

    /// <summary>Rows and columns of a pivot.</summary>
    public const int MaxPivotRows = 60;
    public const int MaxPivotColumns = 16;

    private const int MinLinePoints = 3;

    /// <param name="numbers">Columns that hold numbers.</param>
    /// <param name="text">A cell as it is shown.</param>
    /// <returns>Null if the answer is none that can be drawn.</returns>
    public static ResultChart? Of(QueryAnswer answer, IReadOnlySet<int> numbers, Func<SqlValue[], int, string> text)
    {
        var names = Enumerable.Range(0, answer.Columns.Count).Where(column => !numbers.Contains(column)).ToArray();
        var values = Enumerable.Range(0, answer.Columns.Count).LastOrDefault(numbers.Contains, -1);
        if (names.Length == 0 || values < 0 || answer.Rows.Count < 2 || answer.Rows.Any(row => !double.IsFinite(Value(row[values]))))
        {
            return null;
        }

        if (names.Length == 2 && numbers.Count == 1 && Pivot(answer, names, values, text) is { } pivot)
        {
            return new ResultChart(T["{0} by {1} and {2}", answer.Columns[values], answer.Columns[names[0]], answer.Columns[names[1]]], "", [], [ChartKind.Pivot], pivot);
        }

        var points = answer.Rows.Select(row => new Bar(text(row, names[0]), Value(row[values]), text(row, values))).ToArray();
        var kinds = Kinds(points);
        var (value, name, most) = (answer.Columns[values], answer.Columns[names[0]], points.MaxBy(point => point.Value)!);
        return kinds.Length == 0 ? null : new ResultChart(T["{0} by {1}", value, name], T["{0} by {1}. The most has {2}: {3}.", value, name, most.Label, most.Shown], points, kinds);
    }

    /// <summary>The one that fits best first.</summary>
    private static ChartKind[] Kinds(Bar[] points)
    {
        var isPositive = points.All(point => point.Value >= 0);
        var isLine = points.Length is >= MinLinePoints and <= MaxPoints;
        var kinds = new List<ChartKind>();
        if (isPositive && points.Length <= MaxBars)
        {
            kinds.Add(ChartKind.Bars);
        }

        if (isLine)
        {
            kinds.Insert(points.All(point => Time().IsMatch(point.Label)) ? 0 : kinds.Count, ChartKind.Line);
        }

        if (isPositive && points.Length <= MaxSlices && points.Any(point => point.Value > 0))
        {
            kinds.Add(ChartKind.Pie);
        }

        return [.. kinds];
    }

    /// <summary>One row for each of the first names, one column for each of the second; null if a pair comes twice, or if there are too many.</summary>
    private static PivotTable? Pivot(QueryAnswer answer, int[] names, int values, Func<SqlValue[], int, string> text)
    {
        var columns = answer.Rows.Select(row => text(row, names[1])).Distinct().Order(StringComparer.Ordinal).ToArray();
        var rows = answer.Rows.GroupBy(row => text(row, names[0])).ToArray();
        if (columns.Length is < 2 or > MaxPivotColumns || rows.Length > MaxPivotRows || rows.Sum(row => row.Select(cell => text(cell, names[1])).Distinct().Count()) != answer.Rows.Count)
        {
            return null;
        }

        return new PivotTable(answer.Columns[names[0]], columns, [.. rows.Select(row =>
        {
            var cells = row.ToDictionary(cell => text(cell, names[1]), cell => text(cell, values));
            return new PivotRow(row.Key, [.. columns.Select(column => cells.GetValueOrDefault(column, ""))]);
        })]);
    }

    private static double Value(SqlValue cell) => cell.Type == SqlType.Integer ? cell.AsInteger() : cell.Type == SqlType.Real ? cell.AsReal() : 0;

    // A year, a month or a day.
    [GeneratedRegex(@"^[0-9]{4}(-[0-9]{2}){0,2}([ T].*)?$")]
    private static partial Regex Time();
}
