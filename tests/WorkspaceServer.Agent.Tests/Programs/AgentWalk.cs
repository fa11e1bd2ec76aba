using System.Globalization;
using System.Text;
using WorkspaceServer.Agent.Tests.Server;
using WorkspaceServer.Agent.Tests.Sources;
using WorkspaceServer.Protocol;
using Xunit;

namespace WorkspaceServer.Agent.Tests.Programs;

/// <summary>Check, pair, add CSV and Excel files, sync, kill in the middle, go on, unpair: the same steps for each system the program runs on.</summary>
internal static class AgentWalk
{
    private const int BigRows = (2 * SyncLimits.MaxBatchRows) + 1;

    /// <param name="seen">A path as the program sees it.</param>
    public static async Task RunAsync(AgentProgram agent, ProtocolServer server, TemporaryFolder folder, Func<string, string> seen)
    {
        var check = await agent.RunAsync("check", "--url", server.Url, "--json");
        Assert.True(check.ExitCode == 0, check.Errors + check.Output);

        var token = folder.Write("pair.txt", server.PairingToken + "\r\n");
        var paired = (await agent.SucceedAsync("pair", "--url", server.Url, "--token-file", seen(token), "--name", "Shop PC", "--json")).Json;
        Assert.Equal("Sharma & Sons", paired.GetProperty("workspace_name").GetString());
        Assert.StartsWith("SHA256:", paired.GetProperty("server_key").GetString(), StringComparison.Ordinal);
        Assert.Equal(7, paired.GetProperty("confirm_code").GetString()!.Length);
        Assert.False(File.Exists(token));

        WriteBooks(folder);
        var added = (await agent.SucceedAsync("source", "add", "files", seen(folder.File("books")), "--without", "parties.pan", "--json")).Json;
        var parties = added.GetProperty("tables").EnumerateArray().Single(table => table.GetProperty("name").GetString() == "parties");
        Assert.Equal(["code:true", "name:true", "pan:false"], parties.GetProperty("columns").EnumerateArray().Select(column => $"{column.GetProperty("name").GetString()}:{(column.GetProperty("leaves").GetBoolean() ? "true" : "false")}"));
        Assert.DoesNotContain("ABCDE1234F", parties.GetProperty("first_rows").ToString(), StringComparison.Ordinal);

        await KillWhileSendingAsync(agent, server);
        var synced = (await agent.SucceedAsync("sync", "--once", "--json")).Json;
        Assert.True(synced.GetProperty("done").GetBoolean());

        Assert.Equal(BigRows, server.Tables["big"].Rows.Count);
        Assert.Equal(["007 Müller", "008 शर्मा"], server.Tables["parties"].Lines);
        Assert.Equal(["1 2024-02-29 1234.5"], server.Tables["bills"].Lines);
        // What was acknowledged before the kill did not come again.
        Assert.Single(server.Batches, request => request.EndsWith("/batches/1", StringComparison.Ordinal) && request == server.Batches[0]);

        var status = (await agent.SucceedAsync("status", "--json")).Json;
        Assert.Equal(3, status.GetProperty("last_sync").GetProperty("tables").GetArrayLength());
        Assert.Contains("totals equal", (await agent.SucceedAsync("logs")).Output, StringComparison.Ordinal);

        await agent.SucceedAsync("unpair");
        Assert.Equal(ExitCodes.NotPaired, (await agent.RunAsync("sync", "--once")).ExitCode);
    }

    private static async Task KillWhileSendingAsync(AgentProgram agent, ProtocolServer server)
    {
        using var process = agent.Start("sync", "--once");
        var killed = new TaskCompletionSource();
        server.BatchCame = number =>
        {
            if (number == 2)
            {
                process.Kill(entireProcessTree: true);
                killed.TrySetResult();
            }
        };
        await killed.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await process.WaitForExitAsync();
        server.BatchCame = _ => { };
    }

    private static void WriteBooks(TemporaryFolder folder)
    {
        Directory.CreateDirectory(folder.File("books"));
        var big = new StringBuilder("id,amount\n");
        for (var id = 1; id <= BigRows; id++)
        {
            big.Append(CultureInfo.InvariantCulture, $"{id},{id}.25\n");
        }

        folder.Write("books/big.csv", big.ToString());
        folder.Write("books/parties.csv", "code;name;pan\r\n007;Müller;ABCDE1234F\r\n008;शर्मा;\r\n", new UnicodeEncoding(bigEndian: false, byteOrderMark: true));
        XlsxFile.Write(folder.File("books/bills.xlsx"), since1904: false, ("Bills",
        [
            XlsxFile.Row(1, XlsxFile.Text("A1", "id"), XlsxFile.Text("B1", "day"), XlsxFile.Text("C1", "amount")),
            XlsxFile.Row(2, XlsxFile.Number("A2", "1"), XlsxFile.Number("B2", "45351", XlsxFile.Date), XlsxFile.Number("C2", "1234.5")),
        ]));
    }
}
