using System.Net;
using System.Text.Json;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.CustomRoles;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Access.Reviews;
using WorkspaceServer.Features.Tables.Console;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Inventory;

/// <summary>What a page's form refuses, the JSON interface refuses, and what one takes the other takes: on both sides of each bound, both are asked.</summary>
public sealed class OneRuleTests
{
    private static readonly string[] Names = ["Auditor", "a", "", "   ", "\t"];

    private static readonly (string Form, string Api, string Field, string Key, string[] Values, (string Name, string Value)[] Others)[] Pairs =
    [
        ("/team/roles/new", "/roles", "name", "name", [.. Names, new('x', RoleBook.MaxNameLength), new('x', RoleBook.MaxNameLength + 1), "two\nlines"], []),
        ("/team/invite", "/invitations", "email", "email", ["new@example.in", "", "new@", "@example.in", "a b@example.in", "a@b\n.in", "<new@example.in>", new string('x', 250) + "@e.in"], [("role", "viewer")]),
        ("/team/invite", "/invitations", "role", "role", ["viewer", "", "emperor", "7"], [("email", "other@example.in")]),
        ("/settings", "/settings", "idle", "idle_minutes", ["5", "60", "4", "61", "-5", "2147483647"], []),
        ("/access-review", "/access-review/sign-offs", "note", "note", ["", "All as it should be.", new('x', AccessReviews.MaxNoteLength), new('x', AccessReviews.MaxNoteLength + 1)], []),
        ("/agents", "/pairing-tokens", "name", "name", [.. Names, new('x', 100), new('x', 101), "two\nlines"], []),
        ("/tokens", "/tokens", "name", "name", [.. Names, new('x', 64), new('x', 65), new('x', 101), "two\nlines"], [("days", "30")]),
        ("/tokens", "/tokens", "days", "days", ["1", "30", "366", "0", "-1", "367", "x", "99999999999"], [("name", "A token")]),
        ("/sql/save", "/questions", "name", "name", [.. Names, new('x', QuestionToSave.MaxNameLength), new('x', QuestionToSave.MaxNameLength + 1), "two\nlines"], [("sql", "SELECT 1")]),
    ];

    [Fact]
    [Trait("claim", "A65")]
    public async Task AFormAndTheInterface_TakeAndRefuseTheSame()
    {
        await using var accounts = await AccountsServer.StartAsync();
        var person = await accounts.AddAsync();
        var workspace = accounts.Server.Workspace;
        using (var connection = accounts.Server.Workspaces.Control.Open())
        {
            MembershipStore.Add(connection, workspace, person.Id, Role.Owner, accounts.Clock.GetUtcNow());
        }

        accounts.Server.Workspaces.Changes.Changed();
        var browser = await accounts.SignInAsync();
        var token = (await browser.GetAsync($"/w/{workspace}/settings")).Token;
        var (differences, taken, refused) = (new List<string>(), 0, 0);
        foreach (var pair in Pairs)
        {
            foreach (var value in pair.Values)
            {
                var form = (await browser.SubmitAsync($"/w/{workspace}{pair.Form}", [(pair.Field, value), .. pair.Others], token)).Status;
                var method = pair.Api == "/settings" ? HttpMethod.Put : HttpMethod.Post;
                object typed = pair.Key == "idle_minutes" ? int.Parse(value, System.Globalization.CultureInfo.InvariantCulture) : value;
                var json = JsonSerializer.Serialize(pair.Others.ToDictionary(each => each.Name, each => (object)each.Value).Append(new(pair.Key, typed)).ToDictionary());
                var api = (await browser.SendJsonAsync(method, $"/api/v1/workspaces/{workspace}{pair.Api}", json, token)).Status;

                // Some may be there already: the other of the two made it.
                var (isByForm, isByApi) = (IsTaken(form), IsTaken(api));
                (taken, refused) = (taken + (isByForm ? 1 : 0), refused + (isByForm ? 0 : 1));
                if (isByForm != isByApi)
                {
                    differences.Add($"{pair.Form} {pair.Field} \"{(value.Length > 80 ? $"{value.Length} characters" : value)}\": the form says {(int)form}, the interface {(int)api}");
                }
            }
        }

        Assert.Empty(differences);
        Assert.InRange(taken, 15, 100);
        Assert.InRange(refused, 25, 100);
    }

    private static bool IsTaken(HttpStatusCode status) => status is HttpStatusCode.OK or HttpStatusCode.Created or HttpStatusCode.NoContent or HttpStatusCode.SeeOther or HttpStatusCode.Conflict;
}
