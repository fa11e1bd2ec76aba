using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;
using Xunit;

namespace WorkspaceServer.Tests.Sandbox;

/// <summary>What a scanner for SQL injection sends, through every text that callers give beside SQL itself.</summary>
[Collection(AloneCollection.Name)]
public sealed class InjectionTests(HostileYard yard) : IClassFixture<HostileYard>
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);

    // How a payload leaves the place it is put into.
    private static readonly string[] Breakouts = ["", "'", "\"", "')", "\")", "'))", "`", "]", "%' ", "\\'", "'||'", "P1' ", "rent\" ", "1 ", "\u02bc", "}) : "];

    private static readonly string[] Bodies =
    [
        " OR 1=1 --", " OR '1'='1", " AND 1=0 UNION SELECT secret_pan FROM parties --", " UNION ALL SELECT net_pay, employee, 1 FROM salaries --",
        "; DROP TABLE vouchers; --", "; DELETE FROM parties WHERE 1=1; --", "; PRAGMA cipher_log='/tmp/x'; --", "; ATTACH '/tmp/x' AS x; --",
        " OR secret_pan LIKE 'CANARY%' --", " UNION SELECT sql FROM sqlite_schema --", "/**/OR/**/1=1/**/--", " AND randomblob(1000000000) --",
        " OR parties_fts MATCH 'canary*' --", " OR secret_pan : canary*", " ORDER BY 9 --", " LIMIT 1 OFFSET (SELECT secret_limit FROM main.parties) --",
        "\n; VACUUM INTO '/tmp/x'; --", " NEAR(canary*, 9)", " OR EXISTS (SELECT 1 FROM salaries) --", "* NOT zzz",
    ];

    /// <summary>Every way out with every body.</summary>
    internal static IReadOnlyList<string> Payloads { get; } = [.. Breakouts.SelectMany(breakout => Bodies.Select(body => breakout + body))];

    public static TheoryData<string> Places => ["search text", "search table", "fetch key", "fetch table", "fetch number"];

    [Theory]
    [MemberData(nameof(Places))]
    [Trait("claim", "A67")]
    public async Task NoPayloadChangesOrShowsAnything(string place)
    {
        var complaints = new List<string>();
        foreach (var payload in Payloads)
        {
            var (seen, twin) = (await SeenAsync(yard.Books, place, payload), await SeenAsync(yard.Twin, place, payload));
            complaints.AddRange(seen == twin ? [] : [$"{payload}: {seen} but {twin}"]);
            complaints.AddRange(yard.LeakIn(seen, "") is { } leak ? [$"{payload}: shows {leak}"] : []);
        }

        Assert.True(Payloads.Count >= 200, $"{Payloads.Count} payloads");
        Assert.True(complaints.Count == 0, string.Join('\n', complaints));
        Assert.Null(yard.ChangedFiles());
    }

    /// <summary>Everything that the caller gets to see, without the payload itself.</summary>
    private async Task<string> SeenAsync(WorkspaceId workspace, string place, string payload)
    {
        try
        {
            var gateway = yard.Server.Gateway;
            var seen = place switch
            {
                "search text" => await SearchAsync(workspace, payload, null),
                "search table" => await SearchAsync(workspace, "canary rent", payload),
                "fetch key" => Row(await gateway.FetchAsync(workspace, new FetchMessage("parties", payload, HostileYard.Access, Deadline), default)),
                "fetch table" => Row(await gateway.FetchAsync(workspace, new FetchMessage(payload, "P1", HostileYard.Access, Deadline), default)),
                _ => Row(await gateway.FetchAsync(workspace, new FetchMessage("vouchers", payload, HostileYard.Access, Deadline), default)),
            };
            return seen.Replace(payload, "", StringComparison.OrdinalIgnoreCase);
        }
        catch (ProblemException problem)
        {
            return $"{problem.Code.Code} {problem.Message}".Replace(payload, "", StringComparison.OrdinalIgnoreCase);
        }
    }

    private async Task<string> SearchAsync(WorkspaceId workspace, string text, string? table)
    {
        var found = await yard.Server.Gateway.SearchAsync(workspace, new SearchMessage(text, table, 10, HostileYard.Access, Deadline), default);
        return string.Join('|', found.Hits);
    }

    private static string Row(RowAnswer? row) => row is null ? "nothing" : string.Join(',', row.Cells.Select(cell => cell.ToString()));
}
