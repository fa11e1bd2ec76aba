using Microsoft.Data.Sqlite;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Databases;

namespace WorkspaceServer.Benchmarks;

/// <summary>Starts the servers that are compared: ours as it ships, and the two peers on a plain file with the same rows.</summary>
internal static class Servers
{
    /// <summary>Callers in turn: each token is asked for far less than its limit allows.</summary>
    private const int Tokens = 1_000;

    /// <summary>Most of the time of making a token is waiting for the disk.</summary>
    private const int MakersAtOnce = 16;

    private static string Artifacts => Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../.."));

    /// <summary>The published server on the folders of <paramref name="workspaces"/>, as an operator starts it.</summary>
    public static Task<MeasuredProcess> StartOursAsync(TemporaryWorkspaces workspaces, TemporaryFolder folder) => MeasuredProcess.StartAsync(
        Path.Combine(Artifacts, "bench/server/workspace-server"),
        url =>
        [
            "--set", $"Vault:DataDirectory={workspaces.Folder.Path}", "--set", $"Vault:MasterKeyFile={workspaces.KeyFile}",
            "--set", $"Server:Url={url.GetLeftPart(UriPartial.Authority)}", "serve",
        ],
        "/readyz",
        folder.File("ours.log"));

    public static Task<MeasuredProcess> StartBareHostAsync(string database, TemporaryFolder folder) => MeasuredProcess.StartAsync(
        Path.Combine(AppContext.BaseDirectory, "WorkspaceServer.Benchmarks"), url => [BareHost.Mode, database, url.GetLeftPart(UriPartial.Authority)], "/mcp", folder.File("bare.log"));

    public static async Task<MeasuredProcess> StartDbHubAsync(string database, TemporaryFolder folder)
    {
        var settings = folder.File("dbhub.toml");
        await File.WriteAllTextAsync(settings, $"""
            [[sources]]
            id = "ledger"
            dsn = "sqlite://{database}"

            [[tools]]
            name = "execute_sql"
            source = "ledger"
            readonly = true

            """);
        var modules = Path.Combine(Artifacts, "node-bench/node_modules/.bin");
        return await MeasuredProcess.StartAsync(
            Path.Combine(modules, "node"),
            url => [Path.Combine(modules, "dbhub"), $"--config={settings}", "--transport", "http", "--host", "127.0.0.1", "--port", $"{url.Port}"],
            "/",
            folder.File("dbhub.log"));
    }

    /// <summary>Writes tokens for the workspace to a file, one a line, and gives its name.</summary>
    public static string WriteTokens(TemporaryWorkspaces workspaces, WorkspaceId workspace, TemporaryFolder folder)
    {
        var issuer = new TokenIssuer(new TokenStore(workspaces.Control, workspaces.Audit), workspaces.Changes, workspaces.Clock);
        var file = folder.File("tokens");
        File.WriteAllLines(file, Enumerable.Range(0, Tokens).AsParallel().WithDegreeOfParallelism(MakersAtOnce).Select(number => issuer.Create(workspace, $"caller {number}").Text));
        return file;
    }

    /// <summary>The ledger in a plain SQLite file, without a key, for the peers.</summary>
    public static string WritePlainFile(TemporaryFolder folder)
    {
        SqlCipher.Initialize();
        var file = folder.File("plain.db");
#pragma warning disable RS0030 // Nothing of ours: the peers' file has no key.
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
#pragma warning restore RS0030
        connection.Open();
        Run("PRAGMA journal_mode = WAL");
        Run("CREATE TABLE ledger (id INTEGER, day TEXT, party TEXT, account INTEGER, amount REAL, quantity INTEGER, kind TEXT, narration TEXT)");
        using var transaction = connection.BeginTransaction();
        using var insert = connection.CreateCommand();
        insert.CommandText = "INSERT INTO ledger VALUES (@0, @1, @2, @3, @4, @5, @6, @7)";
        var cells = Enumerable.Range(0, 8).Select(i => insert.Parameters.AddWithValue($"@{i}", DBNull.Value)).ToArray();
        for (var i = 0; i < LedgerTable.Rows; i++)
        {
            var row = LedgerTable.Row(i);
            for (var column = 0; column < cells.Length; column++)
            {
                cells[column].Value = row[column];
            }

            insert.ExecuteNonQuery();
        }

        transaction.Commit();
        Run("CREATE UNIQUE INDEX ledger_id ON ledger (id)");
        return file;

        void Run(string sql)
        {
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            command.ExecuteNonQuery();
        }
    }
}
