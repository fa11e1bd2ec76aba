using System.Net;
using Microsoft.Extensions.Time.Testing;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Invitations;
using WorkspaceServer.Hosting;
using Xunit;

namespace WorkspaceServer.Tests.Access;

/// <summary>An invitation is good once, for 7 days, for one address and one role.</summary>
public sealed class InvitationTests : IAsyncLifetime
{
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero));
    private AccessHouse house = null!;
    private string owner = null!;
    private string invited = null!;

    public async ValueTask InitializeAsync()
    {
        house = await AccessHouse.StartAsync(clock);
        owner = house.Person(house.Workspace, Role.Owner);
        invited = house.Person(email: "Asha@example.com");
    }

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Fact]
    [Trait("claim", "B24")]
    public void FiftyWhoUseItAtOnce_OneWins()
    {
        var invitation = Invite();
        using var start = new ManualResetEventSlim();
        var racers = Enumerable.Range(0, 50).Select(_ => Task.Run(() =>
        {
            start.Wait(TestContext.Current.CancellationToken);
            return Outcome(() => house.Invitations.Accept(invited, invitation.Secret));
        })).ToArray();
        start.Set();
        var outcomes = racers.Select(racer => racer.GetAwaiter().GetResult()).ToArray();

        Assert.Single(outcomes, "ok");
        Assert.Equal(49, outcomes.Count(outcome => outcome == "not_found"));
        Assert.Equal("member", house.Dump("SELECT role FROM membership WHERE person_id = @p", ("@p", invited)));
    }

    [Fact]
    [Trait("claim", "B24")]
    public async Task OverHttpItIsUsedOnce()
    {
        using var made = await house.SendAsync(owner, HttpMethod.Post, house.In("/invitations"), new { email = "asha@EXAMPLE.com", role = "member" });
        var secret = (await AccessHouse.JsonOf(made)).GetProperty("secret").GetString()!;
        using var first = await AcceptAsync(invited, secret);
        using var second = await AcceptAsync(invited, secret);
        using var nobody = await AcceptAsync(null, secret);
        using var list = await house.GetAsync(owner, house.In("/invitations"));

        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        Assert.Equal("member", (await AccessHouse.JsonOf(first)).GetProperty("role").GetString());
        Assert.Equal(HttpStatusCode.NotFound, second.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, nobody.StatusCode);
        var item = Assert.Single((await AccessHouse.JsonOf(list)).GetProperty("items").EnumerateArray());
        Assert.Equal("accepted", item.GetProperty("state").GetString());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, item.GetProperty("secret").ValueKind);
        Assert.DoesNotContain(secret[8..], house.Server.Logs.All, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("claim", "B24")]
    [InlineData(-1, "ok")]
    [InlineData(0, "not_found")]
    public void ItEndsAfterSevenDays_ToTheSecond(int secondsAfter, string outcome)
    {
        var invitation = Invite();

        clock.Advance(TimeSpan.FromDays(7) + TimeSpan.FromSeconds(secondsAfter));

        Assert.Equal(outcome, Outcome(() => house.Invitations.Accept(invited, invitation.Secret)));
    }

    [Fact]
    [Trait("claim", "B24")]
    public void EveryReasonAgainstItIsToldTheSame()
    {
        var wrongPerson = house.Person(email: "asha@example.com.evil.example");
        var withdrawn = Invite();
        house.Invitations.Revoke(Principal.Person(owner), house.Workspace, withdrawn.Invitation.Id);
        var used = Invite();
        var other = house.Server.Workspaces.Create("Deleted");
        var ofDeleted = house.Invitations.Create(Principal.Operator, other, "asha@example.com", Role.Member);
        house.Server.Workspaces.Lifecycle.Delete(other, _ => { });
        string[] messages =
        [
            Message(wrongPerson, used.Secret),
            Message(invited, withdrawn.Secret),
            Message(invited, ofDeleted.Secret),
            Message(invited, Vault.Tokens.SecretToken.Create(Vault.Tokens.SecretToken.InvitationPrefix)),
            Message(invited, "wsp_inv_"),
            Message(invited, used.Secret.Replace("wsp_inv_", "wsp_mcp_", StringComparison.Ordinal)),
        ];

        Assert.Single(messages.Distinct());
        Assert.Equal("", house.Dump("SELECT role FROM membership WHERE person_id IN (@p, @q)", ("@p", invited), ("@q", wrongPerson)));
        Assert.Equal("ok", Outcome(() => house.Invitations.Accept(invited, used.Secret)));
    }

    [Fact]
    [Trait("claim", "A33")]
    public void OnlyTheHashIsKept()
    {
        var invitation = Invite();
        var row = house.Dump("SELECT * FROM invitation");

        Assert.DoesNotContain(invitation.Secret[8..], row, StringComparison.Ordinal);
        Assert.Contains(Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(invitation.Secret))), row, StringComparison.Ordinal);
        Assert.DoesNotContain(invitation.Secret[8..], invitation.Invitation.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ItIsWorthWhatItsMakerMayGive_WhenItIsUsed()
    {
        var admin = house.Person(house.Workspace, Role.Admin);
        Assert.Equal("forbidden", Outcome(() => house.Invitations.Create(Principal.Person(admin), house.Workspace, "asha@example.com", Role.Owner)));
        var invitation = house.Invitations.Create(Principal.Person(admin), house.Workspace, "asha@example.com", Role.Admin);

        house.Memberships.ChangeRole(Principal.Operator, house.Workspace, admin, Role.Member, []);
        Assert.Equal("not_found", Outcome(() => house.Invitations.Accept(invited, invitation.Secret)));
        house.Memberships.ChangeRole(Principal.Operator, house.Workspace, admin, Role.Admin, []);
        house.Memberships.Suspend(Principal.Operator, house.Workspace, admin);
        Assert.Equal("not_found", Outcome(() => house.Invitations.Accept(invited, invitation.Secret)));
        house.Memberships.Unsuspend(Principal.Operator, house.Workspace, admin);

        Assert.Equal("ok", Outcome(() => house.Invitations.Accept(invited, invitation.Secret)));
    }

    [Fact]
    public void AMemberIsNotChangedByOne_SuspendedOrNot()
    {
        var invitation = Invite();
        house.Join(house.Workspace, invited, Role.Viewer);
        house.Memberships.Suspend(Principal.Operator, house.Workspace, invited);

        Assert.Equal("already_exists", Outcome(() => house.Invitations.Accept(invited, invitation.Secret)));
        Assert.Equal("viewer|1769860800", house.Dump("SELECT role, suspended_at FROM membership WHERE person_id = @p", ("@p", invited)));
        Assert.Equal("-", house.Dump("SELECT accepted_at FROM invitation"));
    }

    [Fact]
    public void OnlySoManyAreOpen()
    {
        var made = Enumerable.Range(0, InvitationDesk.MaxOpen).Select(_ => Invite()).ToArray();
        Assert.Equal("invalid_argument", Outcome(() => Invite()));

        house.Invitations.Revoke(Principal.Person(owner), house.Workspace, made[0].Invitation.Id);
        Invite();
        Assert.Equal("not_found", Outcome(() => house.Invitations.Revoke(Principal.Person(owner), house.Workspace, made[0].Invitation.Id)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("asha")]
    [InlineData("Asha <asha@example.com>")]
    [InlineData("asha@example.com, eve@example.com")]
    [InlineData("asha@example.com\nBcc: eve@example.com")]
    public void WhatIsNoAddressIsRefused(string email) =>
        Assert.Equal("invalid_argument", Outcome(() => house.Invitations.Create(Principal.Operator, house.Workspace, email, Role.Viewer)));

    private IssuedInvitation Invite() => house.Invitations.Create(Principal.Person(owner), house.Workspace, "asha@example.com", Role.Member);

    private Task<HttpResponseMessage> AcceptAsync(string? person, string secret) =>
        house.SendAsync(person, HttpMethod.Post, "/api/v1/invitations/accept", new { secret });

    private string Message(string person, string secret) => Assert.Throws<ProblemException>(() => house.Invitations.Accept(person, secret)).Message;

    private static string Outcome(Action act)
    {
        try
        {
            act();
            return "ok";
        }
        catch (ProblemException problem)
        {
            return problem.Code.Code;
        }
    }
}
