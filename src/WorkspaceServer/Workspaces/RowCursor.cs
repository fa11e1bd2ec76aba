using System.Globalization;

namespace WorkspaceServer.Workspaces;

/// <summary>
/// Where a page begins, as an address carries it: n-1712345678901-50, for the rows behind number 50 of that load; p for those before. Behind it, for a page whose
/// order was not whole when the time was over: ~ how far the walk came, ~ and which rows were the first until then.
/// </summary>
/// <remarks>Nobody vouches for what comes back: the rows that it names are held against the filters and the order once more.</remarks>
/// <param name="Row">Null for the first page, where only its progress is carried.</param>
internal sealed record RowCursor(bool IsBackward, long? Row, SortProgress? Progress = null)
{
    /// <summary>Longest, in characters: as many numbers as the longest page has rows.</summary>
    public const int MaxLength = 4_000;

    /// <summary>Far above every row's number, and far from where numbers end.</summary>
    private const long MaxRow = 1L << 61;

    private const string Digits = "0123456789abcdefghijklmnopqrstuvwxyz";

    public string Write(DateTimeOffset loadedAt)
    {
        var place = string.Create(CultureInfo.InvariantCulture, $"{(IsBackward ? 'p' : 'n')}-{loadedAt.ToUnixTimeMilliseconds()}-{Row}");
        return Progress is null ? place : string.Create(CultureInfo.InvariantCulture, $"{place}~{Progress.Reached}~{Packed(Progress.Best)}");
    }

    /// <returns>Null for what is none, or of another load: then it is the first page.</returns>
    public static RowCursor? Read(string? text, DateTimeOffset loadedAt)
    {
        var parts = text?.Split('-', 3) ?? [];
        if (parts is not ["n" or "p", var load, var rest]
            || !long.TryParse(load, NumberStyles.None, CultureInfo.InvariantCulture, out var time) || time != loadedAt.ToUnixTimeMilliseconds())
        {
            return null;
        }

        return rest.Split('~') switch
        {
            [var row] when Number(row) is { } number => new RowCursor(parts[0] == "p", number),
            [var row, var reached, var best] when Number(reached) is { } to && (row.Length == 0 || Number(row) is not null) && Unpacked(best) is { } numbers =>
                new RowCursor(parts[0] == "p", row.Length == 0 ? null : Number(row), new SortProgress(to, numbers)),
            _ => null,
        };
    }

    private static long? Number(string text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number is > -MaxRow and < MaxRow ? number : null;

    /// <summary>The least number, and from each to the next one, with 36 digits: a page of 50 rows out of a million takes some 250 characters.</summary>
    private static string Packed(IReadOnlyList<long> numbers)
    {
        var before = 0L;
        var parts = new List<string>();
        foreach (var number in numbers.Order())
        {
            parts.Add(parts.Count == 0 ? number.ToString(CultureInfo.InvariantCulture) : Text(number - before));
            before = number;
        }

        return string.Join('.', parts);
    }

    private static List<long>? Unpacked(string text)
    {
        var numbers = new List<long>();
        foreach (var part in text.Length == 0 ? [] : text.Split('.'))
        {
            var number = numbers.Count == 0 ? Number(part) : Value(part) is { } step && step < MaxRow - Math.Max(numbers[^1], 0) ? numbers[^1] + step : null;
            if (number is null)
            {
                return null;
            }

            numbers.Add(number.Value);
        }

        return numbers;
    }

    private static string Text(long value)
    {
        var text = "";
        do
        {
            text = Digits[(int)(value % Digits.Length)] + text;
            value /= Digits.Length;
        }
        while (value > 0);
        return text;
    }

    private static long? Value(string text)
    {
        const int longest = 12;
        return text.Length is > 0 and <= longest && text.All(digit => Digits.Contains(digit, StringComparison.Ordinal))
            ? text.Aggregate(0L, (value, digit) => (value * Digits.Length) + Digits.IndexOf(digit, StringComparison.Ordinal))
            : null;
    }
}
