using System.Diagnostics;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Columns;
using WorkspaceServer.Features.OAuth.Exchange;
using WorkspaceServer.Features.OAuth.Grants;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault.Tokens;

namespace WorkspaceServer.Benchmarks;

/// <summary>What the check of a bearer token costs: a personal one and an access token of OAuth, known and after a change; and how many clients connect a second.</summary>
internal static class OAuthBenchmark
{
    private const int Checks = 500_000;
    private const int Changes = 500;
    private const int Connects = 400;
    private const int ConnectsBefore = 40;
    private const int AtOnce = 8;

    private static readonly TimeSpan CallTurn = TimeSpan.FromSeconds(3);

    public static async Task RunAsync(Report report)
    {
        await using var workspaces = new TemporaryWorkspaces();
        var workspace = workspaces.Create();
        var person = workspaces.AddPerson("bench@example.com");
        var address = new PublicAddress(new ServerOptions());
        var tokens = new TokenStore(workspaces.Control, workspaces.Audit);
        var check = new TokenCheck(tokens, new ColumnRules(new ColumnRuleStore(workspaces.Control, workspaces.Audit), workspaces.Changes), new AccessTokenStore(workspaces.Control), workspaces.Policy, new AiStops(workspaces.Control, workspaces.Audit, workspaces.Changes, workspaces.Clock), workspaces.Changes, address, workspaces.Clock);
        var personal = new TokenIssuer(tokens, workspaces.Changes, workspaces.Clock).Create(workspace, "bench", createdBy: person).Text;
        var access = SecretToken.Create(SecretToken.AccessPrefix);
        using var connection = workspaces.Control.Open();
        var now = workspaces.Clock.GetUtcNow();
        MembershipStore.Add(connection, workspace, person, Role.Admin, now);
        connection.Execute("INSERT INTO oauth_client (id, name, redirect_uris, is_document, created_at) VALUES ('c', 'bench', '[]', 0, 1)");
        var grant = new OAuthGrant("g", "c", workspace, person, "r", ProtectedResource.Of(address), ["tables:read"], null, [], 1_000, now, now.AddDays(1), null, null, null, null);
        GrantStore.Add(connection, grant);
        SecretToken.TryHash(SecretToken.AccessPrefix, access, out var sha256);
        TokenPairStore.AddPair(connection, grant, sha256!, now.AddHours(1), new byte[SecretToken.HashBytes], now.AddHours(1), now);
        workspaces.Changes.Changed();

        var known = Known(check, access);
        report.Row("check of an access token, known; beside a personal one", "≤ 1.1×", known, Known(check, personal), "µs");
        report.Row("check of an access token, known; of one call of list_tables over HTTP, one caller, median", "≤ 10 %", known, await CallAsync(), "µs");
        var total = TimeSpan.Zero;
        for (var i = 0; i < Changes; i++)
        {
            connection.Execute("UPDATE change_counter SET revision = revision + 1");
            workspaces.Changes.Changed();
            var started = Stopwatch.GetTimestamp();
            check.Find(access);
            total += Stopwatch.GetElapsedTime(started);
        }

        report.Row("check of an access token, after a change", "≤ 2,000 µs", total.TotalMicroseconds / Changes, 2_000, "µs");
        report.Row($"clients that connect a second, {AtOnce} at once: register, consent page, answer, exchange", "≥ 20", await ConnectsPerSecondAsync(), 20, "/s");
    }

    /// <summary>The cheapest tool there is, so that the check's share of any other is smaller.</summary>
    private static async Task<double> CallAsync()
    {
        await using var house = await OAuthHouse.StartAsync();
        var client = await house.ConnectAsync();
        await Loop.RunAsync(1, CallTurn, _ => house.CallAsync(client.Access));
        return 1_000 * Loop.Percentile(await Loop.RunAsync(1, CallTurn, _ => house.CallAsync(client.Access)), 0.5);
    }

    /// <summary>Over HTTP, with the test's client in the same process, and each step recorded in the audit log.</summary>
    private static async Task<double> ConnectsPerSecondAsync()
    {
        await using var house = await OAuthHouse.StartAsync();
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce };
        await Parallel.ForEachAsync(Enumerable.Range(0, ConnectsBefore), options, async (_, _) => await house.ConnectAsync());
        var started = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(Enumerable.Range(0, Connects), options, async (_, _) => await house.ConnectAsync());
        return Connects / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static double Known(TokenCheck check, string token)
    {
        if (check.Find(token) is null)
        {
            throw new InvalidOperationException("The token is not good.");
        }

        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < Checks; i++)
        {
            check.Find(token);
        }

        return Stopwatch.GetElapsedTime(started).TotalMicroseconds / Checks;
    }
}
