using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Vault.Keys;
using WorkspaceServer.Vault.Sandbox;

namespace WorkspaceServer.Sandbox;

/// <summary>One file, opened to be read under one policy for as long as it is open. Lives in the worker process.</summary>
/// <remarks>
/// A read-only handle alone is no sandbox (VACUUM INTO writes any path, PRAGMA cipher_log makes files, hidden tables are
/// readable), so there are four walls: the handle's own settings, an allow-list that SQLite asks at every access, limits and
/// a deadline, and the process around it that can be killed.
/// </remarks>
internal sealed unsafe class SandboxDatabase : IDisposable
{
    private readonly ReadAuthorizer authorizer;
    private readonly ReadPolicy policy;
    private GCHandle self;
    private nint database;
    private nint begin;
    private nint catalogVersion;
    private nint schemaVersion;
    private long connectedSchema;
    private nint commit;
    private long deadline;

    private SandboxDatabase(nint database, ReadPolicy policy)
    {
        this.database = database;
        this.policy = policy;
        Configure();
        authorizer = new ReadAuthorizer(policy, Names("SELECT name FROM sqlite_schema").Concat(Names("SELECT name FROM pragma_module_list")));
        begin = Compile("BEGIN");
        catalogVersion = Compile("PRAGMA user_version");
        schemaVersion = Compile("PRAGMA schema_version");
        commit = Compile("COMMIT");
        self = GCHandle.Alloc(this);
        Check(authorizer.Attach(database));
        NativeSqlite.SetProgressHandler(database, SandboxLimits.ProgressOperations, &Progress, GCHandle.ToIntPtr(self));
    }

    /// <summary>Opens the file.</summary>
    /// <param name="key">Not kept.</param>
    /// <exception cref="SandboxException">The file cannot be opened with this key.</exception>
    public static SandboxDatabase Open(string path, ReadOnlySpan<byte> key, ReadPolicy policy)
    {
        var result = NativeSqlite.Open(path, out var database, NativeSqlite.OpenReadOnly | NativeSqlite.OpenNoMutex, 0);
        try
        {
            Check(database, result);
            ApplyKey(database, key);
            return new SandboxDatabase(database, policy);
        }
        catch
        {
            _ = NativeSqlite.Close(database);
            throw;
        }
    }

    /// <summary>Runs one statement.</summary>
    /// <param name="timeLeft">Until the deadline.</param>
    /// <param name="isUsable">False if the handle must be closed and opened again: after damage, or after memory ran out.</param>
    public SandboxReply Query(SandboxRequest request, TimeSpan timeLeft, out bool isUsable)
    {
        deadline = Stopwatch.GetTimestamp() + (long)(timeLeft.TotalSeconds * Stopwatch.Frequency);
        authorizer.Forget();
        authorizer.IsServerSql = request.IsServerSql;
        _ = NativeSqlite.SetHardHeapLimit(NativeSqlite.MemoryUsed() + SandboxLimits.StatementMemoryBytes);
        try
        {
            Finish(begin);
            if (Number(catalogVersion) != policy.CatalogVersion)
            {
                isUsable = false;
                return SandboxReply.Failed(SandboxOutcome.StalePolicy, "The tables changed; the question is asked again.");
            }

            isUsable = true;
            ConnectVirtualTables();
            return QueryInTransaction(request);
        }
        catch (SandboxException error)
        {
            isUsable = error.Outcome is not (SandboxOutcome.Corrupt or SandboxOutcome.TooExpensive);
            return SandboxReply.Failed(error.Outcome, error.Message) with { Touched = [.. authorizer.Touched] };
        }
        finally
        {
            _ = NativeSqlite.SetHardHeapLimit(0);
            authorizer.Current = ReadAuthorizer.Phase.Own;
            _ = NativeSqlite.Step(commit);
            _ = NativeSqlite.Reset(commit);
        }
    }

    public void Dispose()
    {
        if (database == 0)
        {
            return;
        }

        _ = NativeSqlite.Finalize(begin);
        _ = NativeSqlite.Finalize(catalogVersion);
        _ = NativeSqlite.Finalize(schemaVersion);
        _ = NativeSqlite.Finalize(commit);
        _ = NativeSqlite.Close(database);
        database = 0;
        authorizer.Dispose();
        if (self.IsAllocated)
        {
            self.Free();
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Progress(nint argument) =>
        Stopwatch.GetTimestamp() >= ((SandboxDatabase)GCHandle.FromIntPtr(argument).Target!).deadline ? 1 : 0;

    private static void ApplyKey(nint database, ReadOnlySpan<byte> key)
    {
        Span<byte> text = stackalloc byte[(2 * KeyDerivation.KeyBytes) + 3];
        try
        {
            EncryptedDatabase.WriteRawKey(key, text);
            fixed (byte* bytes = text)
            {
                Check(database, NativeSqlite.Key(database, bytes, text.Length));
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
        }
    }

    private static void Check(nint database, int code)
    {
        if (code is not (NativeSqlite.Ok or NativeSqlite.Row or NativeSqlite.Done))
        {
            throw new SandboxException(code, database == 0 ? "" : NativeSqlite.Text(NativeSqlite.ErrorMessage(database)));
        }
    }

    private void Configure()
    {
        Check(NativeSqlite.Configure(database, NativeSqlite.ConfigDefensive, 1, 0));
        Check(NativeSqlite.Configure(database, NativeSqlite.ConfigTrustedSchema, 0, 0));
        Check(NativeSqlite.Configure(database, NativeSqlite.ConfigLoadExtension, 0, 0));
        Check(NativeSqlite.Configure(database, NativeSqlite.ConfigFts3Tokenizer, 0, 0));
        Run($"PRAGMA cache_size = -{SandboxLimits.CacheMemoryBytes / 1024}");
        foreach (var table in policy.Tables.Where(table => table.IsPartial))
        {
            Run(VisibleSchema.ViewOf(table));
        }

        Run("PRAGMA query_only = ON");

        foreach (var (id, value) in SandboxLimits.PerStatement)
        {
            _ = NativeSqlite.Limit(database, id, value);
        }
    }

    /// <summary>FTS5 reads its settings when it first meets a table under a schema; here, so that no caller's statement has to.</summary>
    private void ConnectVirtualTables()
    {
        var current = Number(schemaVersion);
        if (current == connectedSchema)
        {
            return;
        }

        connectedSchema = current;
        foreach (var table in policy.Tables.Where(table => table.FullText is not null))
        {
            _ = NativeSqlite.Finalize(Compile($"SELECT rowid FROM main.{Quote(table.FullText!)}"));
        }
    }

    private SandboxReply QueryInTransaction(SandboxRequest request)
    {
        authorizer.Current = ReadAuthorizer.Phase.Compile;
        var statement = CompileUntrusted(request);
        try
        {
            if (NativeSqlite.ParameterCount(statement) != request.Parameters.Count)
            {
                throw new SandboxException(SandboxOutcome.InvalidSql, "Parameters are not supported. Write the values into the statement.");
            }

            for (var i = 0; i < request.Parameters.Count; i++)
            {
                Check(NativeSqlite.Bind(statement, i + 1, request.Parameters[i]));
            }

            authorizer.Current = ReadAuthorizer.Phase.Run;
            return Read(statement, request);
        }
        finally
        {
            _ = NativeSqlite.Finalize(statement);
        }
    }

    private nint CompileUntrusted(SandboxRequest request)
    {
        var text = Encoding.UTF8.GetBytes(request.Sql);
        if (text.Length > SandboxLimits.MaxSqlBytes || text.AsSpan().Contains((byte)0))
        {
            throw new SandboxException(SandboxOutcome.InvalidSql, $"A statement has at most {SandboxLimits.MaxSqlBytes} bytes and no NUL.");
        }

        if (!request.IsServerSql && VisibleSchema.NamesBehindViews(policy, request.Sql))
        {
            throw new SandboxException(SandboxOutcome.NotReadable, "Write the names of tables without a schema.");
        }

        fixed (byte* start = text)
        {
            var statement = CompileFirst(request, start, text.Length, out var tail);
            try
            {
                RefuseSecond(tail, text.Length - (int)(tail - start));
                return NativeSqlite.IsReadOnly(statement) != 0 && NativeSqlite.IsExplain(statement) == 0 && NativeSqlite.ColumnCount(statement) > 0
                    ? statement
                    : throw new SandboxException(SandboxOutcome.NotReadable, "Only SELECT is allowed here: nothing can be changed, attached or configured.");
            }
            catch
            {
                _ = NativeSqlite.Finalize(statement);
                throw;
            }
        }
    }

    private nint CompileFirst(SandboxRequest request, byte* sql, int length, out byte* tail)
    {
        var code = NativeSqlite.Prepare(database, sql, length, out var statement, out tail);
        if (code is NativeSqlite.Error or NativeSqlite.Auth && !request.IsServerSql && VisibleSchema.Complaint(policy, request.Sql) is { } complaint)
        {
            throw complaint;
        }

        Throw(code);
        return statement != 0 ? statement : throw new SandboxException(SandboxOutcome.InvalidSql, "The statement is empty. Write one SELECT.");
    }

    /// <summary>After the first statement only blanks, comments and semicolons may come; SQLite itself says what those are.</summary>
    private void RefuseSecond(byte* rest, int length)
    {
        while (length > 0)
        {
            var code = NativeSqlite.Prepare(database, rest, length, out var second, out var tail);
            if (code != NativeSqlite.Ok || second != 0)
            {
                _ = NativeSqlite.Finalize(second);
                throw new SandboxException(SandboxOutcome.InvalidSql, "Only one statement at a time. Remove what follows the first semicolon.");
            }

            if (tail == rest)
            {
                return;
            }

            length -= (int)(tail - rest);
            rest = tail;
        }
    }

    private SandboxReply Read(nint statement, SandboxRequest request)
    {
        var columns = new string[NativeSqlite.ColumnCount(statement)];
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = NativeSqlite.Text(NativeSqlite.ColumnName(statement, i));
        }

        var rows = new List<SqlValue[]>();
        var bytes = 0;
        var isTruncated = false;
        while (Step(statement))
        {
            // Columns may share one long value, so a row can be far larger than what SQLite holds: measure before copying.
            bytes = checked(bytes + RowBytes(statement, columns.Length));
            if (rows.Count == request.MaxRows || bytes > request.MaxBytes)
            {
                isTruncated = true;
                break;
            }

            rows.Add(ReadRow(statement, columns.Length));
        }

        return new SandboxReply(SandboxOutcome.Ok, "", columns, rows, isTruncated, [.. authorizer.Touched]);
    }

    private static int RowBytes(nint statement, int columns)
    {
        var bytes = 0;
        for (var i = 0; i < columns; i++)
        {
            bytes += (NativeType)NativeSqlite.ColumnType(statement, i) is NativeType.Text or NativeType.Blob ? NativeSqlite.ColumnBytes(statement, i) + 5 : 9;
        }

        return bytes;
    }

    private static SqlValue[] ReadRow(nint statement, int columns)
    {
        var row = new SqlValue[columns];
        for (var i = 0; i < row.Length; i++)
        {
            row[i] = (NativeType)NativeSqlite.ColumnType(statement, i) switch
            {
                NativeType.Integer => NativeSqlite.ColumnInteger(statement, i),
                NativeType.Real => NativeSqlite.ColumnReal(statement, i),
                NativeType.Text => Text(statement, i),
                NativeType.Blob => new ReadOnlySpan<byte>(NativeSqlite.ColumnBlob(statement, i), NativeSqlite.ColumnBytes(statement, i)).ToArray(),
                _ => SqlValue.Null,
            };
        }

        return row;
    }

    private static string Text(nint statement, int index)
    {
        var text = NativeSqlite.ColumnText(statement, index);
        return Encoding.UTF8.GetString(text, NativeSqlite.ColumnBytes(statement, index));
    }

    private bool Step(nint statement)
    {
        var code = NativeSqlite.Step(statement);
        Throw(code is NativeSqlite.Row or NativeSqlite.Done ? NativeSqlite.Ok : code);
        return code == NativeSqlite.Row;
    }

    private void Throw(int code)
    {
        if (code != NativeSqlite.Ok)
        {
            throw authorizer.Denial is { } denial
                ? new SandboxException(SandboxOutcome.NotReadable, denial)
                : new SandboxException(code, NativeSqlite.Text(NativeSqlite.ErrorMessage(database)));
        }
    }

    private void Finish(nint statement)
    {
        var code = NativeSqlite.Step(statement);
        _ = NativeSqlite.Reset(statement);
        Check(code);
    }

    private long Number(nint statement)
    {
        Check(NativeSqlite.Step(statement));
        var number = NativeSqlite.ColumnInteger(statement, 0);
        _ = NativeSqlite.Reset(statement);
        return number;
    }

    private List<string> Names(string sql)
    {
        var names = new List<string>();
        var statement = Compile(sql);
        while (NativeSqlite.Step(statement) == NativeSqlite.Row)
        {
            names.Add(NativeSqlite.Text(NativeSqlite.ColumnText(statement, 0)));
        }

        Check(NativeSqlite.Finalize(statement));
        return names;
    }

    /// <summary>Compiles a statement of the sandbox's own.</summary>
    private nint Compile(string sql)
    {
        var text = Encoding.UTF8.GetBytes(sql);
        fixed (byte* start = text)
        {
            Check(NativeSqlite.Prepare(database, start, text.Length, out var statement, out _));
            return statement;
        }
    }

    private void Run(string sql) => Check(NativeSqlite.Execute(database, sql, 0, 0, 0));

    private void Check(int code) => Check(database, code);

    internal static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>sqlite.org/c3ref/c_blob.html.</summary>
    private enum NativeType
    {
        Integer = 1,
        Real = 2,
        Text = 3,
        Blob = 4,
    }
}
