using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Web;
using Microsoft.AspNetCore.WebUtilities;
using WorkspaceServer.Control;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Agents;
using WorkspaceServer.Features.Mcp;
using WorkspaceServer.Features.OAuth;
using WorkspaceServer.Features.Tables;
using WorkspaceServer.Features.Tables.Files;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Hosting;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Smoke;

/// <summary>The primary paths, each from outside as a person, an agent or an AI client goes it. What makes the made-up visitor is done by the operator's services.</summary>
/// <param name="folder">For the agent; removed afterwards.</param>
/// <param name="withData">Also give out a table of another workspace.</param>
internal sealed class SmokePaths(SmokeServices services, SmokeNames names, Workspace workspace, Uri url, string agentProgram, string folder, bool withData) : IDisposable
{
    /// <summary>The table that the agent sends, and what it comes to: 4000.25 + 321.25.</summary>
    private const string Table = "smoke";
    private const string Rows = "id,amount\n1,4000.25\n2,321.25\n";
    private const string Question = "SELECT count(*) AS n, sum(amount) AS amount FROM " + Table;
    private const string Sum = "4321.5";

    /// <summary>Where the AI client would listen; nobody does, for the code is read from the redirect itself.</summary>
    private const string Redirect = "http://127.0.0.1:9/callback";

    private const int SecretBytes = 32;
    private static readonly TimeSpan TokenLifetime = TimeSpan.FromHours(1);

    private readonly SmokeVisitor visitor = new(url, services.Address.Origin);
    private readonly SmokeAgent agent = new(agentProgram, Path.Combine(folder, "agent"));

    private Uri Mcp => new(url, "/mcp");

    /// <summary>In the order in which they are tried: later ones build on what earlier ones made.</summary>
    public IReadOnlyList<(string Name, Func<CancellationToken, Task> Try)> All => services.Auth.Mode == AuthMode.Local
        ? [("answers", AnswersAsync), ("sign_in", SignInAsync), ("pairing", PairAsync), ("sync", SyncAsync), ("mcp_question", AskAsync), ("oauth_and_pkce", ConnectAsync), ("csv_export", ExportAsync)]
        // People sign in elsewhere, where nobody is made up.
        : [("answers", AnswersAsync), ("pairing", PairAsync), ("sync", SyncAsync), ("mcp_question", AskAsync)];

    public void Dispose() => visitor.Dispose();

    private async Task AnswersAsync(CancellationToken cancel)
    {
        var page = await visitor.GetAsync("/healthz", cancel);
        if (page.Status != System.Net.HttpStatusCode.OK)
        {
            throw page.Unexpected("200");
        }
    }

    /// <summary>A person who is added chooses a password by the link, signs in with it, and sees the workspace.</summary>
    private async Task SignInAsync(CancellationToken cancel)
    {
        var (person, link) = await services.People.CreateAsync(names.Email, "Smoke test", SystemRole.User);
        services.Members.Add(Principal.Operator, workspace.Id, person.Email, Role.Admin);
        var password = WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(SecretBytes));
        var chosen = await visitor.SubmitAsync(AccountPaths.SignIn, AccountPaths.ChoosePassword, cancel, ("token", HttpUtility.ParseQueryString(new Uri(link).Query)["token"]!), ("password", password));
        if (chosen.Location?.EndsWith(AccountPaths.SignIn, StringComparison.Ordinal) != true)
        {
            throw chosen.Unexpected($"a redirect to {AccountPaths.SignIn}");
        }

        await visitor.SubmitAsync(AccountPaths.SignIn, AccountPaths.SignIn, cancel, ("email", person.Email), ("password", password));
        var page = await visitor.GetAsync($"/w/{workspace.Id}", cancel);
        if (!page.Body.Contains(names.Name, StringComparison.Ordinal))
        {
            throw page.Unexpected("the page of the workspace");
        }
    }

    private async Task PairAsync(CancellationToken cancel)
    {
        var file = Path.Combine(folder, "pair.txt");
        await File.WriteAllTextAsync(file, services.Agents.CreateToken(Principal.Operator, workspace.Id, "Smoke test").Text, cancel);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await agent.RunAsync(cancel, "pair", "--url", url.GetLeftPart(UriPartial.Authority), "--token-file", file, "--name", "Smoke test");
    }

    private async Task SyncAsync(CancellationToken cancel)
    {
        var books = Directory.CreateDirectory(Path.Combine(folder, "books")).FullName;
        await File.WriteAllTextAsync(Path.Combine(books, Table + ".csv"), Rows, cancel);
        await agent.RunAsync(cancel, "source", "add", "files", books, "--yes");
        await agent.RunAsync(cancel, "sync", "--once");
    }

    private async Task AskAsync(CancellationToken cancel) => await AskAsync(services.Tokens.Create(workspace.Id, "Smoke test", lifetime: TokenLifetime).Text, cancel);

    private async Task AskAsync(string token, CancellationToken cancel)
    {
        var answer = await McpQuestion.AskAsync(Mcp, token, Question, cancel);
        if (answer.Rows is not [["2", Sum]])
        {
            throw new SmokeException($"The table that the agent sent has 2 rows that come to {Sum}, but the answer is {string.Join(" | ", answer.Rows.SelectMany(row => row))}.");
        }
    }

    /// <summary>A client registers itself, the person says yes, the code is worth a token only with its verifier (RFC 7636), and the token reads what the agent sent.</summary>
    private async Task ConnectAsync(CancellationToken cancel)
    {
        using var registration = JsonContent.Create(new Dictionary<string, object> { ["client_name"] = names.Name, ["redirect_uris"] = new[] { Redirect }, ["token_endpoint_auth_method"] = "none" });
        var client = Text(await visitor.PostAsync(OAuthPaths.Register, registration, cancel), "client_id");
        var verifier = WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(SecretBytes));
        var refused = await ExchangeAsync(client, await ConsentAsync(client, verifier, cancel), "not-" + verifier, cancel);
        if (Text(refused, "error") != "invalid_grant")
        {
            throw refused.Unexpected("a refusal of the wrong verifier");
        }

        await AskAsync(Text(await ExchangeAsync(client, await ConsentAsync(client, verifier, cancel), verifier, cancel), "access_token"), cancel);
    }

    private async Task<string> ConsentAsync(string client, string verifier, CancellationToken cancel)
    {
        var query = QueryHelpers.AddQueryString(OAuthPaths.Authorize, new Dictionary<string, string?>
        {
            ["response_type"] = "code",
            ["client_id"] = client,
            ["redirect_uri"] = Redirect,
            ["code_challenge"] = WebEncoders.Base64UrlEncode(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))),
            ["code_challenge_method"] = "S256",
            ["state"] = "smoke",
            ["scope"] = Scopes.TablesRead,
            ["resource"] = services.Address.Origin + "/mcp",
        });
        var answer = await visitor.SubmitAsync(query, query, cancel, ("decision", "allow"), ("workspace", workspace.Id.ToString()), ("tables_read", "true"), ("days", "7"), ("rows", "1000"));
        return answer.Location is { } location && HttpUtility.ParseQueryString(new Uri(new Uri(Redirect), location).Query)["code"] is { } code ? code : throw answer.Unexpected("a code");
    }

    private async Task<SmokePage> ExchangeAsync(string client, string code, string verifier, CancellationToken cancel)
    {
        using var body = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code",
            ["client_id"] = client,
            ["redirect_uri"] = Redirect,
            ["code"] = code,
            ["code_verifier"] = verifier,
        });
        return await visitor.PostAsync(OAuthPaths.Token, body, cancel);
    }

    /// <summary>A table goes out as CSV through its page: a line of names, and as many rows as it has.</summary>
    private async Task ExportAsync(CancellationToken cancel)
    {
        var (place, table, rows) = withData ? await FirstTableAsync(cancel) : (workspace, Table, 2);
        if (place.Id != workspace.Id)
        {
            services.Members.Add(Principal.Operator, place.Id, names.Email, Role.Member);

            // The server is another process, and feels a change of authority after this time.
            await Task.Delay(ChangeCounter.MaxAge, cancel);
        }

        var lines = await visitor.ReadAsync($"/w/{place.Id}/tables/{table}/export", CountLinesAsync, cancel);
        if (lines != 1 + rows)
        {
            throw new SmokeException(string.Create(CultureInfo.InvariantCulture, $"The table {table} has {rows} rows, but its CSV has {lines} lines with that of the names."));
        }
    }

    private async Task<(Workspace Place, string Table, long Rows)> FirstTableAsync(CancellationToken cancel)
    {
        foreach (var other in services.Workspaces.List().Where(each => each.Id != workspace.Id))
        {
            var tables = (await services.Gateway.GetCatalogAsync(other.Id, ReadAccess.Everything, cancel)).Tables;
            if (tables.FirstOrDefault(each => each.RowCount <= RowFile.Csv.MaxRows && each.Schema.Columns.Count <= ExportRows.MaxColumns) is { } table)
            {
                return (other, table.Schema.Name, table.RowCount);
            }
        }

        // None has a table that one file holds.
        return (workspace, Table, 2);
    }

    /// <summary>A cell may have line ends within its quotation marks (RFC 4180).</summary>
    private static async Task<long> CountLinesAsync(TextReader text)
    {
        var (lines, marks) = (0L, 0L);
        while (await text.ReadLineAsync() is { } line)
        {
            marks += line.Count(letter => letter == '"');
            lines += marks % 2 == 0 ? 1 : 0;
        }

        return lines;
    }

    private static string Text(SmokePage answer, string field)
    {
        try
        {
            return JsonElement.Parse(answer.Body).GetProperty(field).GetString()!;
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw answer.Unexpected($"JSON with {field}");
        }
    }
}

/// <summary>What the operator's side of a smoke test works with.</summary>
internal sealed record SmokeServices(
    WorkspaceStore Workspaces, IWorkspaceGateway Gateway, NewPeople People, Memberships Members, AgentDesk Agents, TokenIssuer Tokens, PublicAddress Address, AuthOptions Auth);
