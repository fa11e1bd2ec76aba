using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using WorkspaceServer.Control;
using WorkspaceServer.Features.Columns;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using Xunit;

namespace WorkspaceServer.Tests.Tokens;

/// <summary>Making, keeping, checking and revoking tokens, on a real control database.</summary>
public sealed class TokenTests : IAsyncDisposable
{
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero));
    private readonly TemporaryWorkspaces workspaces;
    private readonly TokenStore store;
    private readonly TokenIssuer issuer;
    private readonly TokenCheck check;
    private readonly WorkspaceId workspace;

    public TokenTests()
    {
        workspaces = new TemporaryWorkspaces(clock);
        store = new TokenStore(workspaces.Control, workspaces.Audit);
        issuer = new TokenIssuer(store, workspaces.Changes, clock);
        check = new TokenCheck(store, new ColumnRules(new ColumnRuleStore(workspaces.Control, workspaces.Audit), workspaces.Changes), new AccessTokenStore(workspaces.Control), workspaces.Policy, new AiStops(workspaces.Control, workspaces.Audit, workspaces.Changes, clock), workspaces.Changes, new PublicAddress(new ServerOptions()), clock);
        workspace = workspaces.Create();
    }

    public async ValueTask DisposeAsync() => await workspaces.DisposeAsync();

    [Fact]
    [Trait("claim", "A21")]
    public void OnlyTheHashIsKept()
    {
        var token = issuer.Create(workspace, "Claude");
        using var connection = workspaces.Control.Open();
        using var command = connection.Command("SELECT * FROM token");
        using var row = command.ExecuteReader();
        Assert.True(row.Read());
        var cells = Enumerable.Range(0, row.FieldCount).Select(row.GetValue).ToArray();

        Assert.Equal(SHA256.HashData(Encoding.ASCII.GetBytes(token.Text)), Assert.Single(cells.OfType<byte[]>()));
        Assert.DoesNotContain(cells.OfType<string>(), cell => cell.Contains(token.Text[8..], StringComparison.Ordinal));
    }

    [Fact]
    [Trait("claim", "A22")]
    public void TheTextIsShownOnceAndNeverListed()
    {
        var token = issuer.Create(workspace, "Claude");

        Assert.StartsWith("wsp_mcp_", token.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(store.List(), record => record.ToString().Contains(token.Text[8..], StringComparison.Ordinal));
        Assert.DoesNotContain(token.Text[8..], token.Record.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("claim", "D33")]
    public void ATokenNamesItsWorkspaceScopesAndHiddenColumns()
    {
        var token = issuer.Create(workspace, " Claude ", ["search"], ["parties.pan"]);
        var caller = check.Find(token.Text)!;

        Assert.Equal(workspace, caller.Workspace);
        Assert.Equal("Claude", caller.TokenName);
        Assert.Equal(["search"], caller.Scopes);
        Assert.Equal(["parties.pan"], caller.Access.HiddenColumns);
        Assert.Equal(token.Record.Id, caller.TokenId);
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, false)]
    [InlineData(1, false)]
    public void ATokenExpires_ToTheSecond(int secondsAfter, bool works)
    {
        var token = issuer.Create(workspace, "t", lifetime: TimeSpan.FromHours(1));
        Assert.NotNull(check.Find(token.Text));

        clock.Advance(TimeSpan.FromHours(1) + TimeSpan.FromSeconds(secondsAfter));

        Assert.Equal(works, check.Find(token.Text) is not null);
    }

    [Fact]
    public void ARevokedTokenIsRefusedAtOnce()
    {
        var token = issuer.Create(workspace, "t");
        Assert.NotNull(check.Find(token.Text));

        issuer.Revoke(token.Record.Id);

        Assert.Null(check.Find(token.Text));
        Assert.Throws<ProblemException>(() => issuer.Revoke(token.Record.Id));
    }

    [Fact]
    public void ARevocationByAnotherProcessIsFeltWithinASecond()
    {
        var token = issuer.Create(workspace, "t");
        Assert.NotNull(check.Find(token.Text));

        // Another process has its own counter object; ours hears of it only through the database.
        using var other = ControlDatabase.Open(workspaces.Folder, workspaces.Master);
        new TokenIssuer(new TokenStore(other, workspaces.Audit), new ChangeCounter(other, clock), clock).Revoke(token.Record.Id);
        Assert.NotNull(check.Find(token.Text));
        clock.Advance(ChangeCounter.MaxAge);

        Assert.Null(check.Find(token.Text));
        Assert.InRange(ChangeCounter.MaxAge, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void TokensOfADeletedWorkspaceAreRefused()
    {
        var token = issuer.Create(workspace, "t");
        Assert.NotNull(check.Find(token.Text));

        workspaces.Lifecycle.Delete(workspace, _ => { });
        clock.Advance(ChangeCounter.MaxAge);

        Assert.Null(check.Find(token.Text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("wsp_mcp_")]
    [InlineData("wsp_mcp_" + "0000000000000000000000000000000000000000000000000")]
    [InlineData("Bearer")]
    public void WhatIsNoTokenIsRefused(string text) => Assert.Null(check.Find(text));

    [Fact]
    public void AGoodTokenWithOneOtherCharacterIsRefused()
    {
        var token = issuer.Create(workspace, "t").Text;
        for (var i = 0; i < token.Length; i++)
        {
            Assert.Null(check.Find(string.Concat(token.AsSpan(0, i), token[i] == 'x' ? "y" : "x", token.AsSpan(i + 1))));
        }
    }

    [Fact]
    [Trait("claim", "D42")]
    public void TokensAreNewEachTime() =>
        Assert.Equal(200, Enumerable.Range(0, 200).Select(_ => issuer.Create(workspace, "t").Text).Distinct().Count());

    [Fact]
    public void BoundsAreKept()
    {
        Assert.NotNull(issuer.Create(workspace, new string('n', TokenIssuer.MaxNameLength)));
        Assert.NotNull(issuer.Create(workspace, "t", lifetime: TokenIssuer.MaxLifetime));
        Assert.NotNull(issuer.Create(workspace, "t", hiddenColumns: [.. Enumerable.Range(0, TokenIssuer.MaxHiddenColumns).Select(i => $"t.c{i}")]));
        Refused(() => issuer.Create(workspace, new string('n', TokenIssuer.MaxNameLength + 1)));
        Refused(() => issuer.Create(workspace, " "));
        Refused(() => issuer.Create(workspace, "a\nb"));
        Refused(() => issuer.Create(workspace, "t", lifetime: TokenIssuer.MaxLifetime + TimeSpan.FromSeconds(1)));
        Refused(() => issuer.Create(workspace, "t", lifetime: TimeSpan.Zero));
        Refused(() => issuer.Create(workspace, "t", []));
        Refused(() => issuer.Create(workspace, "t", ["tables:read", "tables:write"]));
        Refused(() => issuer.Create(workspace, "t", hiddenColumns: ["pan"]));
        Refused(() => issuer.Create(workspace, "t", hiddenColumns: [.. Enumerable.Range(0, TokenIssuer.MaxHiddenColumns + 1).Select(i => $"t.c{i}")]));
    }

    private static void Refused(Func<object> create) =>
        Assert.Equal(ProblemCodes.InvalidArgument, Assert.Throws<ProblemException>(create).Code);
}
