using System.Globalization;
using System.Text;
using WorkspaceServer.Features.Tables;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Benchmarks;

/// <summary>The table that is measured with: 500,000 rows of 8 columns, loaded from a CSV file as an operator would.</summary>
internal static class LedgerTable
{
    public const int Rows = 500_000;

    /// <summary>20 rows by an index.</summary>
    public static string PointQuery(int number) =>
        string.Create(CultureInfo.InvariantCulture, $"SELECT id, day, party, amount, narration FROM ledger WHERE id BETWEEN {number % (Rows - 20)} AND {(number % (Rows - 20)) + 19}");

    /// <summary>The cells of one row.</summary>
    public static object[] Row(int i) =>
    [
        i,
        string.Create(CultureInfo.InvariantCulture, $"2025-{1 + (i % 12):00}-{1 + (i % 28):00}"),
        string.Create(CultureInfo.InvariantCulture, $"P{i % 5000:0000}"),
        1 + (i % 97),
        i * 7L % 1000000 / 100m,
        i % 50,
        "sale",
        string.Create(CultureInfo.InvariantCulture, $"Invoice {i} of party {i % 5000}"),
    ];

    public static string WriteCsv(string folder)
    {
        var path = Path.Combine(folder, "ledger.csv");
        using var file = new StreamWriter(path, append: false, new UTF8Encoding(false), 1 << 16);
        file.WriteLine("id,day,party,account,amount,quantity,kind,narration");
        for (var i = 0; i < Rows; i++)
        {
            file.WriteLine(string.Join(',', Row(i).Select(cell => Convert.ToString(cell, CultureInfo.InvariantCulture))));
        }

        return path;
    }

    public static async Task<WorkspaceId> LoadAsync(TemporaryWorkspaces server)
    {
        using var folder = new TemporaryFolder();
        var workspace = server.Create("Ledger");
        await CsvImport.RunAsync(server.Gateway, workspace, WriteCsv(folder.Path), new CsvImportOptions(KeyColumn: "id"), null, CancellationToken.None);
        return workspace;
    }
}
