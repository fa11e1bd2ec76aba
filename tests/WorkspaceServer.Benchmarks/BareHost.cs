using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelContextProtocol.AspNetCore;
using ModelContextProtocol.Server;
using WorkspaceServer.Vault.Databases;

namespace WorkspaceServer.Benchmarks;

/// <summary>The peer that has no walls: Kestrel, the MCP SDK and plain SQLite, without keys, tokens, limits, sandbox or log.</summary>
internal static class BareHost
{
    public const string Mode = "bare-host";

    private static string database = "";

    public static async Task RunAsync(string file, string url)
    {
        database = file;
        SqlCipher.Initialize();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddMcpServer().WithHttpTransport(transport => transport.SessionMode = HttpServerSessionMode.Stateless).WithTools<Tools>();
        await using var app = builder.Build();
        app.MapMcp("/mcp");
        await app.RunAsync(url);
    }

    internal sealed record Answer(string[] Columns, List<object[]> Rows, int RowCount);

    [McpServerToolType]
    internal sealed class Tools
    {
        [McpServerTool(Name = "execute_sql", UseStructuredContent = true)]
        [Description("Runs a SQL query.")]
        public static Answer ExecuteSql(string sql)
        {
#pragma warning disable RS0030 // Nothing of ours: the peers' file has no key.
            using var connection = new SqliteConnection($"Data Source={database};Mode=ReadOnly");
#pragma warning restore RS0030
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            using var reader = command.ExecuteReader();
            var columns = Enumerable.Range(0, reader.FieldCount).Select(reader.GetName).ToArray();
            var rows = new List<object[]>();
            while (reader.Read())
            {
                var row = new object[columns.Length];
                reader.GetValues(row);
                rows.Add(row);
            }

            return new Answer(columns, rows, rows.Count);
        }
    }
}
