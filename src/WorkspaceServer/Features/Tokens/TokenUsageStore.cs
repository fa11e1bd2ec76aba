using WorkspaceServer.Control;

namespace WorkspaceServer.Features.Tokens;

/// <summary>What was read: rows, and bytes of the answers.</summary>
internal readonly record struct TokenUsage(long Rows, long Bytes)
{
    public static TokenUsage operator +(TokenUsage one, TokenUsage other) => new(one.Rows + other.Rows, one.Bytes + other.Bytes);
}

/// <summary>All SQL about what tokens read. Table: token_usage. Schema: Control/Migrations/0004.</summary>
internal sealed class TokenUsageStore(ControlDatabase control)
{
    /// <summary>How long a day's usage is kept, in days.</summary>
    public const int KeptDays = 90;

    /// <summary>Adds to the days of tokens, all in one transaction, and says what each comes to, other processes included.</summary>
    /// <param name="more">Days are counted since 1970, UTC.</param>
    /// <returns>In the order given.</returns>
    public IReadOnlyList<TokenUsage> Add(IReadOnlyCollection<(string Token, int Day, TokenUsage Usage)> more)
    {
        using var connection = control.Open();
        connection.Begin();
        var sums = more.Select(each => Add(connection, each.Token, each.Day, each.Usage)).ToList();
        connection.Commit();
        return sums;
    }

    public TokenUsage Find(string token, int day)
    {
        using var connection = control.Open();
        using var command = connection.Command("SELECT rows, bytes FROM token_usage WHERE token_id = @token AND day = @day", ("@token", token), ("@day", day));
        using var rows = command.ExecuteReader();
        return rows.Read() ? new TokenUsage(rows.GetInt64(0), rows.GetInt64(1)) : default;
    }

    /// <summary>What every token has read in this day.</summary>
    public IReadOnlyDictionary<string, TokenUsage> Of(int day)
    {
        using var connection = control.Open();
        using var command = connection.Command("SELECT token_id, rows, bytes FROM token_usage WHERE day = @day", ("@day", day));
        using var rows = command.ExecuteReader();
        var usage = new Dictionary<string, TokenUsage>(StringComparer.Ordinal);
        while (rows.Read())
        {
            usage.Add(rows.GetString(0), new TokenUsage(rows.GetInt64(1), rows.GetInt64(2)));
        }

        return usage;
    }

    public void Forget(int beforeDay)
    {
        using var connection = control.Open();
        connection.Execute("DELETE FROM token_usage WHERE day < @day", ("@day", beforeDay));
    }

    private static TokenUsage Add(ControlConnection connection, string token, int day, TokenUsage more)
    {
        using var command = connection.Command(
            """
            INSERT INTO token_usage (token_id, day, rows, bytes) VALUES (@token, @day, @rows, @bytes)
            ON CONFLICT (token_id, day) DO UPDATE SET rows = rows + excluded.rows, bytes = bytes + excluded.bytes
            RETURNING rows, bytes
            """,
            ("@token", token),
            ("@day", day),
            ("@rows", more.Rows),
            ("@bytes", more.Bytes));
        using var rows = command.ExecuteReader();
        rows.Read();
        return new TokenUsage(rows.GetInt64(0), rows.GetInt64(1));
    }
}
