using WorkspaceServer.Agent.Settings;
using WorkspaceServer.Agent.Sources;
using WorkspaceServer.Protocol;

namespace WorkspaceServer.Agent.Syncing;

/// <summary>How the columns of a source become those of a table in the workspace.</summary>
/// <param name="Columns">Where each column of the schema stands in the source.</param>
/// <param name="Key">Where each column of the key stands among the schema's columns.</param>
internal sealed record TableShape(SyncSchema Schema, IReadOnlyList<int> Columns, IReadOnlyList<int> Key)
{
    /// <param name="types">Of the columns that leave, in their order.</param>
    /// <exception cref="AgentException">A column of the key does not leave this computer, or nothing does.</exception>
    public static TableShape Of(TableConfig table, IReadOnlyList<SourceColumn> columns, Func<SourceColumn, SyncType> types)
    {
        var leaving = columns.Index().Where(each => table.Leaves(each.Item.Name)).ToList();
        if (leaving.Count == 0)
        {
            throw new AgentException(AgentProblem.Source, $"No column of {table.Name} would leave this computer. Remove the source and add it anew.");
        }

        if (leaving.Count > SyncLimits.MaxColumns)
        {
            throw new AgentException(AgentProblem.Source, $"{table.Name} has {leaving.Count} columns; at most {SyncLimits.MaxColumns} can be sent. Choose some with --only.");
        }

        var names = leaving.ConvertAll(each => each.Item.Name);
        var key = table.Key.Select(column => names.FindIndex(name => name.Equals(column, StringComparison.OrdinalIgnoreCase))).ToList();
        if (key.IndexOf(-1) is var missing and >= 0)
        {
            throw new AgentException(AgentProblem.Source, $"The key column '{table.Key[missing]}' of {table.Name} is not among the columns that are sent. Remove the source and add it with another --key.");
        }

        var schema = new SyncSchema(
            table.Name,
            [.. leaving.Select(each => new SyncColumn(each.Item.Name, types(each.Item), each.Item.Header == each.Item.Name || each.Item.Header.Length == 0 ? null : Shown(each.Item.Header)))],
            [.. key.Select(index => names[index])]);
        return new TableShape(schema, leaving.ConvertAll(each => each.Index), key);
    }

    private static string Shown(string header)
    {
        const int MaxShown = 100;
        var line = string.Join(' ', header.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= MaxShown ? line : line[..(char.IsHighSurrogate(line[MaxShown - 1]) ? MaxShown - 1 : MaxShown)];
    }
}

/// <summary>Passes over a table to find its types, for the first sync and for those after which a value no longer fits.</summary>
internal static class TypePass
{
    /// <param name="known">Types of an earlier time by name: they only widen.</param>
    public static async Task<IReadOnlyDictionary<string, SyncType>> RunAsync(ISource source, string table, IReadOnlyDictionary<string, SyncType> known, CancellationToken cancel)
    {
        await using var rows = await source.OpenAsync(table, cancel);
        var guesses = rows.Columns.Select(column => new TypeGuess(known.TryGetValue(column.Name, out var type) ? type : column.Type)).ToArray();
        while (await rows.ReadAsync(cancel))
        {
            Look(rows, guesses);
        }

        return rows.Columns.Zip(guesses).ToDictionary(each => each.First.Name, each => each.Second.Type, StringComparer.Ordinal);
    }

    public static IReadOnlyDictionary<string, SyncType> TypesOf(SyncSchema? schema) =>
        schema?.Columns.ToDictionary(column => column.Name, column => column.Type, StringComparer.Ordinal) ?? [];

    private static void Look(ISourceRows rows, TypeGuess[] guesses)
    {
        for (var index = 0; index < guesses.Length; index++)
        {
            if (rows.TryGetCell(index, out var text))
            {
                guesses[index].Look(text);
            }
        }
    }
}
