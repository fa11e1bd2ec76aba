using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using WorkspaceServer.Control;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Accounts.Sessions;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Accounts;

/// <summary>How long a session lives, how its secret changes, and what ends it: on a real control database, with a fake clock.</summary>
public sealed class SessionKeeperTests : IAsyncDisposable
{
    private const string Address = "192.0.2.1";

    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero));
    private readonly TemporaryWorkspaces workspaces;
    private readonly PeopleStore people;
    private readonly SessionStore store;
    private readonly SessionKeeper keeper;
    private readonly Person asha;

    public SessionKeeperTests()
    {
        workspaces = new TemporaryWorkspaces(clock);
        people = new PeopleStore(workspaces.Control);
        store = new SessionStore(workspaces.Control, workspaces.Audit);
        keeper = new SessionKeeper(store, new AuthOptions(), clock);
        asha = Person.New("asha@example.in", "Asha", SystemRole.User, clock.GetUtcNow());
        people.Add(asha);
    }

    public ValueTask DisposeAsync() => workspaces.DisposeAsync();

    [Theory]
    [Trait("claim", "A8")]
    [Trait("claim", "C3")]
    [InlineData(30, -1, true)]
    [InlineData(30, 0, false)]
    [InlineData(5, -1, true)]
    [InlineData(5, 0, false)]
    [InlineData(60, -1, true)]
    [InlineData(60, 0, false)]
    public void ASessionEndsWhenItIsNotUsed(int idleMinutes, int secondsAfter, bool isAlive)
    {
        var own = new SessionKeeper(store, new AuthOptions { SessionIdleMinutes = idleMinutes }, clock);
        var secret = Start(own);

        clock.Advance(TimeSpan.FromMinutes(idleMinutes) + TimeSpan.FromSeconds(secondsAfter));

        Assert.Equal(isAlive, own.Check(secret, Address) is not null);
    }

    [Fact]
    [Trait("claim", "A8")]
    public void ASessionInUseEndsAfterTwelveHoursAndNotBefore()
    {
        var secret = Start();
        var end = clock.GetUtcNow() + TimeSpan.FromHours(12);
        while (clock.GetUtcNow() < end - TimeSpan.FromSeconds(1))
        {
            clock.Advance(TimeSpan.FromMinutes(Math.Min(9, (end - clock.GetUtcNow() - TimeSpan.FromSeconds(1)).TotalMinutes)));
            secret = keeper.Check(secret, Address)!.NewSecret ?? secret;
        }

        Assert.NotNull(keeper.Check(secret, Address));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(keeper.Check(secret, Address));
    }

    [Fact]
    [Trait("claim", "A8")]
    [Trait("claim", "A59")]
    public void TheSecretChangesAfterTenMinutesOfUse_AndTheOldOneIsRefusedAfterTheGrace()
    {
        var old = Start();
        clock.Advance(TimeSpan.FromSeconds(599));
        Assert.Null(keeper.Check(old, Address)!.NewSecret);

        clock.Advance(TimeSpan.FromSeconds(1));
        var current = keeper.Check(old, Address)!.NewSecret!;
        Assert.NotEqual(old, current);

        clock.Advance(TimeSpan.FromSeconds(29));
        Assert.Null(keeper.Check(old, Address)!.NewSecret);
        Assert.NotNull(keeper.Check(current, Address));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(keeper.Check(old, Address));
    }

    [Fact]
    public void AReplayOfAnOldSecretEndsTheSessionForBoth()
    {
        var old = Start();
        clock.Advance(SessionKeeper.RotateAfter);
        var current = keeper.Check(old, Address)!.NewSecret!;
        clock.Advance(SessionKeeper.Grace);

        Assert.Null(keeper.Check(old, Address));
        Assert.Null(keeper.Check(current, Address));
    }

    [Fact]
    public async Task OneOfFiftyRequestsAtOnceRotatesTheSecret_AndAllAreServed()
    {
        var secret = Start();
        clock.Advance(SessionKeeper.RotateAfter);

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => keeper.Check(secret, Address))));

        Assert.All(answers, Assert.NotNull);
        Assert.Single(answers, answer => answer!.NewSecret is not null);
    }

    [Fact]
    public void OnlyHashesOfSecretsAreKept()
    {
        var old = Start();
        clock.Advance(SessionKeeper.RotateAfter);
        var current = keeper.Check(old, Address)!.NewSecret!;
        using var connection = workspaces.Control.Open();
        using var command = connection.Command("SELECT * FROM session");
        using var row = command.ExecuteReader();
        Assert.True(row.Read());
        var cells = Enumerable.Range(0, row.FieldCount).Select(row.GetValue).ToArray();

        Assert.Equal([Sha256(current), Sha256(old)], cells.OfType<byte[]>());
        Assert.DoesNotContain(cells.OfType<string>(), cell => cell.Contains(old[8..], StringComparison.Ordinal) || cell.Contains(current[8..], StringComparison.Ordinal));
    }

    [Fact]
    public void EndingOneLeavesTheOthers_AndNobodyEndsSomebodyElses()
    {
        var (first, second) = (Start(), Start());
        var id = keeper.Check(first, Address)!.Person.SessionId;

        Assert.False(keeper.End("somebody-else", id));
        Assert.NotNull(keeper.Check(first, Address));
        Assert.True(keeper.End(asha.Id, id));
        Assert.Null(keeper.Check(first, Address));
        Assert.NotNull(keeper.Check(second, Address));
        Assert.False(keeper.End(asha.Id, id));
    }

    [Fact]
    [Trait("claim", "A9")]
    public void EndingTheOthersLeavesThisOne()
    {
        var secrets = Enumerable.Range(0, 5).Select(_ => Start()).ToArray();
        var kept = keeper.Check(secrets[2], Address)!.Person.SessionId;

        Assert.Equal(4, keeper.EndAll(asha.Id, kept));

        Assert.Equal([false, false, true, false, false], secrets.Select(secret => keeper.Check(secret, Address) is not null));
        Assert.Equal(1, keeper.EndAll(asha.Id));
        Assert.Null(keeper.Check(secrets[2], Address));
    }

    [Fact]
    public void ASuspensionByAnotherProcessIsFeltAtTheNextRequest()
    {
        var secret = Start();
        using var other = ControlDatabase.Open(workspaces.Folder, workspaces.Master);

        Assert.True(new PeopleStore(other).Suspend(asha.Id, clock.GetUtcNow()));

        Assert.Null(keeper.Check(secret, Address));
    }

    [Fact]
    [Trait("claim", "D31")]
    public void TheListShowsDeviceAddressAndLastUse()
    {
        var secret = Start();
        clock.Advance(SessionKeeper.TouchAfter);
        keeper.Check(secret, "198.51.100.7");

        var session = Assert.Single(keeper.List(asha.Id));
        Assert.Equal("agent", session.UserAgent);
        Assert.Equal("198.51.100.7", session.Address);
        Assert.Equal(clock.GetUtcNow(), session.LastSeenAt);
        clock.Advance(TimeSpan.FromMinutes(30));
        Assert.Empty(keeper.List(asha.Id));
    }

    [Fact]
    [Trait("claim", "D42")]
    public void WhatIsNoSecretIsRefused()
    {
        var secret = Start();
        Assert.Equal(200, Enumerable.Range(0, 200).Select(_ => Start()).Distinct().Count());
        Assert.Null(keeper.Check("", Address));
        Assert.Null(keeper.Check(secret[..^1], Address));
        Assert.Null(keeper.Check(secret.Replace("wsp_ses_", "wsp_mcp_", StringComparison.Ordinal), Address));
        Assert.Null(keeper.Check(keeper.Check(secret, Address)!.Person.SessionId, Address));
    }

    [Fact]
    public void AFreshProofChangesTheSecretAtOnce()
    {
        var old = Start();
        clock.Advance(TimeSpan.FromMinutes(20));
        var person = keeper.Check(old, Address)!.Person;

        var current = keeper.Refresh(person, hasMfa: true)!;

        Assert.Null(keeper.Check(old, Address));
        var after = keeper.Check(current, Address)!.Person;
        Assert.Equal((clock.GetUtcNow(), true), (after.AuthenticatedAt, after.HasMfa));
        keeper.EndAll(asha.Id);
        Assert.Null(keeper.Refresh(person, hasMfa: true));
    }

    private string Start(SessionKeeper? own = null) => (own ?? keeper).Start(asha, hasMfa: false, Address, "agent").Secret;

    private static byte[] Sha256(string text) => SHA256.HashData(Encoding.ASCII.GetBytes(text));
}
