namespace WorkspaceServer.Protocol;

/// <summary>What both sides must agree on before a run becomes visible.</summary>
/// <param name="Rows">Of the table.</param>
/// <param name="Sums">Exact sum of each integer and decimal column, by column name; null cells count as nothing. Written as by <see cref="ExactSum"/>.</param>
public sealed record ControlTotals(long Rows, IReadOnlyDictionary<string, string> Sums);

/// <summary>Counts and sums rows as they come and go.</summary>
public sealed class TotalsCounter
{
    private readonly SyncSchema schema;
    private readonly int[] summed;
    private readonly ExactSum[] sums;

    public TotalsCounter(SyncSchema schema)
    {
        this.schema = schema;
        summed = [.. Enumerable.Range(0, schema.Columns.Count).Where(index => ExactSum.Sums(schema.Columns[index].Type))];
        sums = [.. summed.Select(index => new ExactSum(schema.Columns[index].Type))];
    }

    public long Rows { get; private set; }

    /// <summary>The totals so far.</summary>
    public ControlTotals Totals => new(Rows, summed.Select((index, at) => (schema.Columns[index].Name, Sum: sums[at].ToString())).ToDictionary(each => each.Name, each => each.Sum, StringComparer.Ordinal));

    /// <summary>Goes on from totals; a column that they do not have begins at zero.</summary>
    /// <exception cref="FormatException">A sum is no number.</exception>
    public static TotalsCounter From(SyncSchema schema, ControlTotals totals)
    {
        var counter = new TotalsCounter(schema) { Rows = totals.Rows };
        for (var i = 0; i < counter.summed.Length; i++)
        {
            var column = schema.Columns[counter.summed[i]];
            if (totals.Sums.TryGetValue(column.Name, out var text))
            {
                counter.sums[i] = ExactSum.TryParse(text, column.Type, out var sum) ? sum : throw new FormatException($"The sum of {column.Name} is no number: {text}");
            }
        }

        return counter;
    }

    /// <param name="row">In the order of the schema's columns.</param>
    /// <exception cref="OverflowException">A sum has more than 128 bits.</exception>
    public void Add(ReadOnlySpan<Cell> row)
    {
        Rows++;
        for (var i = 0; i < summed.Length; i++)
        {
            sums[i].Add(row[summed[i]]);
        }
    }

    /// <inheritdoc cref="Add(ReadOnlySpan{Cell})"/>
    public void Add(ReadOnlySpan<RawCell> row)
    {
        Rows++;
        for (var i = 0; i < summed.Length; i++)
        {
            sums[i].Add(row[summed[i]]);
        }
    }

    /// <inheritdoc cref="Add(ReadOnlySpan{Cell})"/>
    public void Subtract(ReadOnlySpan<Cell> row)
    {
        Rows--;
        for (var i = 0; i < summed.Length; i++)
        {
            sums[i].Subtract(row[summed[i]]);
        }
    }

    /// <summary>Null if both are equal, else the first difference in words.</summary>
    public static string? Difference(ControlTotals server, ControlTotals agent)
    {
        if (server.Rows != agent.Rows)
        {
            return FormattableString.Invariant($"the server comes to {server.Rows} rows and the agent to {agent.Rows}");
        }

        foreach (var (name, sum) in server.Sums)
        {
            if (!agent.Sums.TryGetValue(name, out var other) || other != sum)
            {
                return $"the server comes to {sum} for the sum of {name} and the agent to {other ?? "nothing"}";
            }
        }

        return agent.Sums.Count == server.Sums.Count ? null : "the agent sums columns that are not summed";
    }
}
