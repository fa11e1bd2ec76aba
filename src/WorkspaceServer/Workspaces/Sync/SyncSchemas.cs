using WorkspaceServer.Protocol;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Workspaces.Sync;

/// <summary>How a schema that an agent sends becomes a table's, and what of it needs the owner's word.</summary>
internal static class SyncSchemas
{
    // By their places: a double has the power of ten exactly up to 10^22, and digits of 15 places exactly, so that the quotient is the nearest double.
    private static readonly double[] Powers = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

    /// <summary>Null if a run may be asked for like this, else what is wrong; names of tables and columns are checked with every other load's.</summary>
    public static string? WhyNot(RunRequest request)
    {
        var schema = request.Schema;
        if (schema.Columns.Count is < 1 or > SyncLimits.MaxColumns || schema.Columns.Any(column => column is null || column.Name.Length > TableSchema.MaxNameLength || !Enum.IsDefined(column.Type)))
        {
            return $"A table has 1 to {SyncLimits.MaxColumns} columns, each with a name and one of the types of the protocol.";
        }

        if (schema.Columns.DistinctBy(column => column.Name, StringComparer.OrdinalIgnoreCase).Count() < schema.Columns.Count)
        {
            return "Two columns have the same name; case makes no difference.";
        }

        if (schema.Key.Count > SyncLimits.MaxKeyColumns || schema.Key.Distinct(StringComparer.Ordinal).Count() < schema.Key.Count || schema.Key.Any(key => schema.Columns.All(column => column.Name != key)))
        {
            return $"A key names up to {SyncLimits.MaxKeyColumns} columns of the table, each once.";
        }

        if (schema.Table.Length > TableSchema.MaxNameLength || !Enum.IsDefined(request.Mode) || (request.Mode == SyncMode.Upsert && schema.Key.Count == 0))
        {
            return "A run names its table and its mode; an upsert needs a key.";
        }

        if (request.Source.Length > SyncLimits.MaxNameLength || request.Source.Any(char.IsControl) || request.BasedOn is { Length: > MaxRunIdLength })
        {
            return $"A source has up to {SyncLimits.MaxNameLength} characters and no line breaks; based_on is the id of a run.";
        }

        return (schema.Description?.Length ?? 0) > MaxDescriptionLength || schema.Columns.Any(column => (column.Description?.Length ?? 0) > MaxDescriptionLength)
            ? $"A description has up to {MaxDescriptionLength} characters."
            : null;
    }

    private const int MaxRunIdLength = 64;

    /// <summary>Longest description of a table or column, in characters.</summary>
    private const int MaxDescriptionLength = 1_000;

    /// <summary>Null if the table takes the schema as it is, else in words what the owner has to accept. New columns and missing ones need no word.</summary>
    public static string? Drift(TableSchema old, SyncSchema now)
    {
        var changes = now.Columns
            .Select(column => (column, was: old.Columns.FirstOrDefault(each => each.Name.Equals(column.Name, StringComparison.OrdinalIgnoreCase))))
            .Where(pair => pair.was is not null && pair.was.Type != TypeOf(pair.column.Type))
            .Select(pair => $"{pair.was!.Name} was {Word(pair.was.Type)} and is now {Word(TypeOf(pair.column.Type))}")
            .ToList();
        if (!KeyOf(old).SequenceEqual(now.Key, StringComparer.OrdinalIgnoreCase))
        {
            changes.Add($"the key was ({string.Join(", ", KeyOf(old))}) and is now ({string.Join(", ", now.Key)})");
        }

        return changes.Count == 0 ? null : string.Join("; ", changes);
    }

    public static bool IsSame(SyncSchema one, SyncSchema other) =>
        one.Key.SequenceEqual(other.Key, StringComparer.Ordinal) && one.Columns.Select(column => (column.Name, column.Type)).SequenceEqual(other.Columns.Select(column => (column.Name, column.Type)));

    /// <summary>The table's columns, the old ones first; one that is no longer sent stays, one that is new comes last.</summary>
    public static TableSchema Merge(TableSchema? old, SyncSchema now, string source)
    {
        var sent = now.Columns.ToDictionary(column => column.Name, StringComparer.OrdinalIgnoreCase);
        var columns = new List<ColumnSchema>();
        foreach (var column in old?.Columns ?? [])
        {
            columns.Add(sent.Remove(column.Name, out var same) ? column with { Type = TypeOf(same.Type), Description = same.Description ?? column.Description } : column);
        }

        columns.AddRange(now.Columns.Where(column => sent.ContainsKey(column.Name)).Select(column => new ColumnSchema(column.Name, TypeOf(column.Type), column.Description)));

        // The table keeps the spelling of a name that it has.
        var key = now.Key.Select(name => columns.First(column => column.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Name).ToArray();
        return new TableSchema(
            old?.Name ?? now.Table, columns, key is [var only] ? only : null, now.Description ?? old?.Description, source, key.Length > 1 ? key : null);
    }

    /// <summary>Where each sent column stands in the table.</summary>
    public static int[] Places(TableSchema table, SyncSchema sent) =>
        [.. sent.Columns.Select(column => table.Columns.ToList().FindIndex(each => each.Name.Equals(column.Name, StringComparison.OrdinalIgnoreCase)))];

    public static IReadOnlyList<string> KeyOf(TableSchema schema) => schema.KeyColumn is { } one ? [one] : schema.CompositeKey ?? [];

    /// <summary>The table as the protocol says it.</summary>
    public static SyncSchema ToProtocol(TableSchema schema) => new(
        schema.Name, [.. schema.Columns.Select(column => new SyncColumn(column.Name, TypeOf(column.Type), column.Description))], KeyOf(schema), schema.Description);

    public static SqlValue ToSql(in Cell cell) => cell.Kind switch
    {
        CellKind.Text => cell.Text,
        CellKind.Integer => cell.Number,
        CellKind.Decimal => cell.Number / Powers[cell.Places],
        CellKind.False => 0,
        CellKind.True => 1,
        _ => SqlValue.Null,
    };

    private static ColumnType TypeOf(SyncType type) => Enum.Parse<ColumnType>(type.ToString());

    private static SyncType TypeOf(ColumnType type) => Enum.Parse<SyncType>(type.ToString());

    private static string Word(ColumnType type) => type.ToString().ToLowerInvariant();
}
