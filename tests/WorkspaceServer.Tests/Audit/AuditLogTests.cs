using Microsoft.Extensions.Time.Testing;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using Xunit;

namespace WorkspaceServer.Tests.Audit;

public sealed class AuditLogTests : IAsyncDisposable
{
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, 123, TimeSpan.Zero));
    private readonly TemporaryWorkspaces workspaces;

    public AuditLogTests() => workspaces = new TemporaryWorkspaces(clock);

    public ValueTask DisposeAsync() => workspaces.DisposeAsync();

    [Fact]
    [Trait("claim", "A83")]
    public async Task ARowSaysWhoDidWhatToWhatWhenAndFromWhere()
    {
        var scope = RequestScope.Begin("192.0.2.7", "browser/1.0\r\n" + new string('x', 500));
        (scope.ActorKind, scope.ActorId, scope.ActorName) = ("person", "p1", "Asha");
        var workspace = WorkspaceId.New(clock.GetUtcNow());

        await workspaces.Audit.RecordAsync(new AuditEntry(AuditActions.MemberRemoved)
        {
            Target = ("person", "p2"),
            Workspace = workspace,
            Outcome = "forbidden",
            Details = [("role", "viewer"), ("password", "x")],
        });

        var row = Assert.Single(workspaces.AuditRows.Find(new AuditFilter(), 10));
        Assert.Equal("2026-03-01T12:00:00.123Z", AuditExport.Time(row));
        Assert.Equal(("person", "p1", "Asha"), (row.Row.ActorKind, row.Row.ActorId, row.ActorName));
        Assert.Equal(("member.removed", "person", "p2", "forbidden"), (row.Row.Action, row.Row.TargetKind, row.Row.TargetId, row.Row.Outcome));
        Assert.Equal((workspace.ToString(), scope.RequestId, "192.0.2.7"), (row.Row.WorkspaceId, row.Row.RequestId, row.Row.Ip));
        Assert.Equal("browser/1.0" + new string('x', 189), row.Row.UserAgent);
        Assert.Equal("""{"role":"viewer","password":"(redacted)"}""", row.Row.Details);
    }

    [Fact]
    public async Task ManyCallersShareTheChain_AndEveryOneGetsItsRow()
    {
        await Task.WhenAll(Enumerable.Range(0, 500).Select(number => workspaces.Audit.RecordAsync(Entry(number))));

        Assert.Empty(workspaces.Verify().Findings);
        Assert.Equal(
            Enumerable.Range(0, 500).Select(number => $"n{number}").Order(StringComparer.Ordinal),
            workspaces.AuditRows.Find(new AuditFilter(), 1000).Select(row => row.Row.TargetId).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task TwoProgramsAppendToOneChain()
    {
        using var control = Control.ControlDatabase.Open(workspaces.Folder, workspaces.Master);
        var store = new AuditStore(control, workspaces.AuditChain);
        await using (var other = new AuditLog(store, new AuditAnchor(workspaces.Folder, control, store, workspaces.AuditChain), control, clock))
        {
            await Task.WhenAll(Enumerable.Range(0, 100).SelectMany(number => new[] { workspaces.Audit.RecordAsync(Entry(number)), other.RecordAsync(Entry(number)) }));
        }

        workspaces.AuditAnchor.Raise();
        Assert.Empty(workspaces.Verify().Findings);
        Assert.Equal(200, workspaces.Verify().Rows);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public void ARowInACallersTransactionIsThereIfThatCommits(bool isCommitted, int rows)
    {
        using (var connection = workspaces.Control.Open())
        {
            connection.Begin();
            workspaces.Audit.Append(connection, Entry(1));
            if (isCommitted)
            {
                connection.Commit();
            }
        }

        Assert.Equal(rows, workspaces.AuditRows.Find(new AuditFilter(), 10).Count);
    }

    [Fact]
    [Trait("claim", "A82")]
    public async Task ATokenAndItsRowComeTogetherOrNotAtAll()
    {
        workspaces.Tamper("DROP TABLE audit_head");
        var issuer = new Features.Tokens.TokenIssuer(new Features.Tokens.TokenStore(workspaces.Control, workspaces.Audit), workspaces.Changes, clock);

        Assert.ThrowsAny<Exception>(() => issuer.Create(workspaces.Create(), "t"));
        Assert.Empty(new Features.Tokens.TokenStore(workspaces.Control, workspaces.Audit).List());
        workspaces.Tamper("CREATE TABLE audit_head (only_row INTEGER PRIMARY KEY, seq INTEGER, row_mac BLOB, mac BLOB)");
        await workspaces.Audit.RecordAsync(Entry(1));
    }

    [Fact]
    public async Task RowsAreFoundByWhatTheFilterSays()
    {
        foreach (var number in Enumerable.Range(0, 6))
        {
            await workspaces.Audit.RecordAsync(Entry(number));
            clock.Advance(TimeSpan.FromHours(1));
        }

        var start = new DateTimeOffset(2026, 3, 1, 12, 0, 0, 123, TimeSpan.Zero);
        string[] Found(AuditFilter filter, int limit = 10) => [.. workspaces.AuditRows.Find(filter, limit).Select(row => row.Row.TargetId!)];
        Assert.Equal(["n4", "n2", "n0"], Found(new AuditFilter(ActorId: "a0")));
        Assert.Equal(["n5", "n4"], Found(new AuditFilter(), 2));
        Assert.Equal(["n3", "n2"], Found(new AuditFilter(Before: 5), 2));
        Assert.Equal(["n3", "n2"], Found(new AuditFilter(Since: start.AddHours(2).ToUnixTimeMilliseconds(), Until: start.AddHours(4).ToUnixTimeMilliseconds())));
        Assert.Equal(["n2"], Found(new AuditFilter(ActorId: "a0", Action: "token.created", Since: start.AddHours(1).ToUnixTimeMilliseconds(), Until: start.AddHours(4).ToUnixTimeMilliseconds())));
        Assert.Empty(Found(new AuditFilter(Action: "token.revoked")));
        Assert.Equal(["n3", "n4", "n5"], workspaces.AuditRows.Next(new AuditFilter(), 3, 10).Select(row => row.Row.TargetId));
    }

    private static AuditEntry Entry(int number) => new(AuditActions.TokenCreated)
    {
        Actor = new AuditActor("person", $"a{number % 2}", $"Actor {number % 2}"),
        Target = ("thing", $"n{number}"),
    };
}
