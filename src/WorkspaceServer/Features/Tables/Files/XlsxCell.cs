using System.Globalization;
using System.Text;
using SpreadCheetah;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Tables.Files;

/// <summary>A value as a cell of a sheet, in the form that loses nothing of it: as a number only if Excel keeps all of its digits, else as text.</summary>
internal static class XlsxCell
{
    /// <summary>Longest text of a cell, in characters; Excel opens no file with a longer one.</summary>
    public const int MaxTextLength = 32_767;

    /// <summary>Excel keeps 15 digits of a whole number.</summary>
    private const long MaxNumber = 999_999_999_999_999;

    /// <summary>Before that day Excel counts a 29 February 1900, which there was not.</summary>
    private static readonly DateOnly FirstDay = new(1900, 3, 1);

    public static DataCell Of(SqlValue value, ColumnType type) => value.Type switch
    {
        SqlType.Null => default,
        SqlType.Integer when type == ColumnType.Boolean && value.AsInteger() is 0 or 1 => new DataCell(value.AsInteger() == 1),
        SqlType.Integer when value.AsInteger() is >= -MaxNumber and <= MaxNumber => new DataCell(value.AsInteger()),
        SqlType.Real when double.IsFinite(value.AsReal()) => new DataCell(value.AsReal()),
        SqlType.Text when type == ColumnType.Date && IsDay(value.AsText(), out var day) => new DataCell(day.ToDateTime(TimeOnly.MinValue)),
        _ => Text(value.ToString()),
    };

    /// <summary>Text is never read as a formula, whatever it begins with: that takes a cell of another kind.</summary>
    public static DataCell Text(string text)
    {
        var safe = Escape(text);
        return new DataCell(safe.Length <= MaxTextLength ? safe : Cut(safe));
    }

    private static bool IsDay(string text, out DateOnly day) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out day) && day >= FirstDay;

    private static string Cut(string text)
    {
        var end = string.Create(CultureInfo.InvariantCulture, $"… (cut off: {text.Length:N0} characters, and Excel takes {MaxTextLength:N0})");
        var kept = MaxTextLength - end.Length;
        return text[..(char.IsHighSurrogate(text[kept - 1]) ? kept - 1 : kept)] + end;
    }

    /// <summary>What XML cannot hold is written as _x0001_, and what looks like that has its first mark written so (ECMA-376 part 1, 22.9.2.19).</summary>
    private static string Escape(string text)
    {
        StringBuilder? escaped = null;
        for (var i = 0; i < text.Length; i++)
        {
            var isPair = char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            var isWrong = !isPair && (char.IsSurrogate(text[i]) || (char.IsControl(text[i]) && text[i] is not ('\t' or '\n')) || text[i] is '\uFFFE' or '\uFFFF' || LooksEscaped(text, i));
            if (isWrong)
            {
                escaped ??= new StringBuilder(text, 0, i, text.Length + 16);
                escaped.Append(CultureInfo.InvariantCulture, $"_x{(int)text[i]:X4}_");
                continue;
            }

            escaped?.Append(text, i, isPair ? 2 : 1);
            i += isPair ? 1 : 0;
        }

        return escaped?.ToString() ?? text;
    }

    private static bool LooksEscaped(string text, int at) =>
        text[at] == '_' && at + 6 < text.Length && text[at + 1] is 'x' or 'X' && text[at + 6] == '_'
        && char.IsAsciiHexDigit(text[at + 2]) && char.IsAsciiHexDigit(text[at + 3]) && char.IsAsciiHexDigit(text[at + 4]) && char.IsAsciiHexDigit(text[at + 5]);
}
