using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Data.Sqlite;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces.Sync;

namespace WorkspaceServer.Workspaces;

/// <summary>Loads in progress: rows go to a staging table, and one transaction puts it in the place of the real one.</summary>
internal sealed class TableLoads(TimeProvider clock)
{
    /// <summary>A load that got no rows for this long is forgotten when the next one begins.</summary>
    public static readonly TimeSpan MaxSilence = TimeSpan.FromHours(1);

    /// <summary>Longest text or blob of a cell, in bytes of UTF-8.</summary>
    public const int MaxCellBytes = 1_000_000;

    private const int Constraint = 19;
    private const int Mismatch = 20;

    private readonly ConcurrentDictionary<(WorkspaceId, LoadId), Progress> loads = new();

    public async Task<LoadId> BeginAsync(WorkspaceFile file, TableSchema schema, CancellationToken cancel)
    {
        Check(schema, file.Catalog());
        var number = await file.Writer.RunAsync(
            connection =>
            {
                foreach (var forgotten in CatalogStore.LoadsOlderThan(connection, clock.GetUtcNow() - MaxSilence))
                {
                    Remove(connection, forgotten);
                }

                var load = CatalogStore.AddLoad(connection, schema, clock.GetUtcNow());
                TableStore.CreateStaging(connection, StagingName.OfLoad(load), schema);
                return load;
            },
            cancel);
        var id = new LoadId(number);
        loads[(file.Id, id)] = new Progress(schema);
        return id;
    }

    public async Task AppendAsync(WorkspaceFile file, LoadId id, IReadOnlyList<SqlValue[]> rows, CancellationToken cancel)
    {
        var progress = Find(file, id);
        var sums = await file.Writer.RunAsync(
            connection =>
            {
                if (!CatalogStore.TouchLoad(connection, id.Number, clock.GetUtcNow()))
                {
                    throw Gone();
                }

                Insert(connection, id, progress, rows);
                return progress.Sum(rows);
            },
            cancel);
        progress.Add(rows.Count, sums);
    }

    public async Task<LoadedTable> CommitAsync(WorkspaceFile file, LoadId id, CancellationToken cancel)
    {
        var progress = Find(file, id);
        var loaded = await file.Writer.RunAsync(
            connection =>
            {
                if (!CatalogStore.TouchLoad(connection, id.Number, clock.GetUtcNow()))
                {
                    throw Gone();
                }

                var fullText = Swap(connection, id, progress.Schema);
                CatalogStore.RemoveLoad(connection, id.Number);
                SyncStore.Forget(connection, progress.Schema.Name);
                var table = new CatalogTable(progress.Schema, progress.RowCount, clock.GetUtcNow(), progress.Totals(), fullText);
                CatalogStore.Put(connection, table);
                return new LoadedTable(table.Schema.Name, table.RowCount, table.Totals, table.LoadedAt);
            },
            cancel);
        loads.TryRemove((file.Id, id), out _);
        return loaded;
    }

    public async Task AbandonAsync(WorkspaceFile file, LoadId id, CancellationToken cancel)
    {
        if (loads.TryRemove((file.Id, id), out _))
        {
            await file.Writer.RunAsync(connection => Remove(connection, id.Number), cancel);
        }
    }

    private static bool Remove(SqliteConnection connection, long load)
    {
        TableStore.DropStaging(connection, StagingName.OfLoad(load));
        CatalogStore.RemoveLoad(connection, load);
        return true;
    }

    private static string? Swap(SqliteConnection connection, LoadId id, TableSchema schema)
    {
        try
        {
            return TableStore.Swap(connection, StagingName.OfLoad(id.Number), schema);
        }
        catch (SqliteException error) when (error.SqliteErrorCode == Constraint)
        {
            throw new ProblemException(
                ProblemCodes.InvalidData, $"Column {schema.KeyColumn} of {schema.Name} is its key, but a value comes twice. Choose another key or mend the data.", error);
        }
    }

    private static void Insert(SqliteConnection connection, LoadId id, Progress progress, IReadOnlyList<SqlValue[]> rows)
    {
        using var insert = TableStore.PrepareInsert(connection, StagingName.OfLoad(id.Number), [.. progress.Schema.Columns.Select(column => column.Name)]);
        for (var i = 0; i < rows.Count; i++)
        {
            if (rows[i].Length != progress.Schema.Columns.Count)
            {
                throw new ProblemException(ProblemCodes.InvalidData, $"Row {progress.RowCount + i + 1} of {progress.Schema.Name} has {rows[i].Length} cells instead of {progress.Schema.Columns.Count}.");
            }

            try
            {
                insert.Add(rows[i]);
            }
            catch (SqliteException error) when ((error.SqliteErrorCode & 0xff) is Constraint or Mismatch)
            {
                throw new ProblemException(ProblemCodes.InvalidData, $"Row {progress.RowCount + i + 1} of {progress.Schema.Name} does not fit its columns: {error.Message}", error);
            }
        }
    }

    /// <exception cref="ProblemException">A name is not allowed or comes twice, or there would be too many.</exception>
    public static void Check(TableSchema schema, Catalog catalog)
    {
        var wrong = Identifiers.WhyNotTable(schema.Name) is { } rule ? $"The table name '{schema.Name}' {rule}." : null;
        wrong ??= schema.Columns.Count is < 1 or > TableSchema.MaxColumns ? $"Table {schema.Name} has {schema.Columns.Count} columns; 1 to {TableSchema.MaxColumns} are allowed." : null;
        wrong ??= schema.Columns.Select(column => Identifiers.WhyNotColumn(column.Name) is { } why ? $"The column name '{column.Name}' {why}." : null).FirstOrDefault(each => each is not null);
        wrong ??= schema.Columns.GroupBy(column => column.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(same => same.Count() > 1) is { } twice ? $"Two columns of {schema.Name} are named {twice.Key}." : null;
        wrong ??= schema.KeyColumn is { } key && schema.Columns.All(column => column.Name != key) ? $"The key column {key} is not a column of {schema.Name}." : null;
        wrong ??= catalog.Find(schema.Name) is null && catalog.Tables.Count >= TableSchema.MaxTables ? $"A workspace has at most {TableSchema.MaxTables} tables." : null;
        wrong ??= catalog.Find(schema.Name) is { } other && other.Schema.Name != schema.Name ? $"There is a table {other.Schema.Name} already, which differs only in case." : null;
        if (wrong is not null)
        {
            throw new ProblemException(ProblemCodes.InvalidData, wrong);
        }
    }

    private static ProblemException Gone() => new(ProblemCodes.NotFound, "This load was forgotten because nothing came for too long. Start again.");

    private Progress Find(WorkspaceFile file, LoadId id) => loads.TryGetValue((file.Id, id), out var progress) ? progress : throw Gone();

    /// <summary>What has come so far, with exact sums: a value of at most 15 digits turns into a decimal without loss.</summary>
    private sealed class Progress(TableSchema schema)
    {
        private readonly Dictionary<int, decimal> totals = schema.Columns
            .Select((column, index) => (column.Type, index))
            .Where(column => column.Type is ColumnType.Integer or ColumnType.Decimal)
            .ToDictionary(column => column.index, _ => 0m);

        public TableSchema Schema { get; } = schema;

        public long RowCount { get; private set; }

        public Dictionary<string, string> Totals() => totals.ToDictionary(
            total => Schema.Columns[total.Key].Name, total => total.Value.ToString(CultureInfo.InvariantCulture));

        public Dictionary<int, decimal> Sum(IReadOnlyList<SqlValue[]> rows) =>
            totals.Keys.ToDictionary(column => column, column => rows.Sum(row => Exact(row[column])));

        public void Add(int rows, Dictionary<int, decimal> sums)
        {
            RowCount += rows;
            foreach (var (column, sum) in sums)
            {
                totals[column] += sum;
            }
        }

        private static decimal Exact(SqlValue value) => value.Type switch
        {
            SqlType.Integer => value.AsInteger(),
            SqlType.Real => (decimal)value.AsReal(),
            _ => 0m,
        };
    }
}
