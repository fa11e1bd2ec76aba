using System.Globalization;
using WorkspaceServer.Features.Samples;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;
using Xunit;

namespace WorkspaceServer.Tests.Isolation;

/// <param name="Target">What others may ask for.</param>
/// <param name="Canary">In its cells, descriptions and names; never asked for but as the target's word.</param>
/// <param name="Hidden">In the column that its second token does not see.</param>
internal sealed record Tenant(int Number, WorkspaceId Id, Target Target, string Canary, string Hidden, string Token, string NarrowToken);

/// <summary>A running server with twenty workspaces, alike in shape, each with canaries of its own in cells, names and descriptions.</summary>
public sealed class TwentyWorkspaces : IAsyncLifetime
{
    public const int Count = 20;
    private const int Rows = 50;
    private const string Letters = "bcdfghjklmnpqrstvwxz";

    internal RunningServer Server { get; private set; } = null!;

    internal IReadOnlyList<Tenant> Tenants { get; private set; } = [];

    /// <summary>What no workspace has, with names of the same length.</summary>
    internal Target Unknown { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Server = await RunningServer.StartAsync();
        var random = new SeededRandom(20);
        var tenants = new List<Tenant>();
        for (var i = 0; i < Count; i++)
        {
            tenants.Add(await CreateAsync(i, random));
        }

        Tenants = tenants;
        var nobody = WorkspaceId.New(TimeProvider.System.GetUtcNow());
        Unknown = new Target(
            nobody.ToString(), Word(random), Word(random), Word(random), $"canary{Word(random)}", Server.Workspaces.Folder.DatabaseOf(nobody),
            Vault.Tokens.SecretToken.Create(Vault.Tokens.SecretToken.McpPrefix), nobody.ToString());
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    private static string Word(SeededRandom random) => string.Concat(Enumerable.Range(0, 10).Select(_ => Letters[random.Next(Letters.Length)]));

    private async Task<Tenant> CreateAsync(int number, SeededRandom random)
    {
        var (canary, hidden, key) = ($"canary{Word(random)}", $"hidden{Word(random)}", Word(random));
        var (table, column) = (Word(random), Word(random));
        var id = Server.Workspaces.Create($"{canary} {number.ToString(CultureInfo.InvariantCulture)}");
        await Server.Workspaces.LoadAsync(
            id,
            new TableSchema(
                "parties",
                [new("code", ColumnType.Text, canary), new("name", ColumnType.Text), new("pan", ColumnType.Text, hidden), new("balance", ColumnType.Decimal)],
                "code",
                canary,
                canary),
            [.. Enumerable.Range(0, Rows).Select(row => new SqlValue[] { row == 0 ? key : $"P{row}", $"{canary} & sons {row}", $"{hidden}-{row}", row / 4.0 })],
            default);
        await Server.Workspaces.LoadAsync(
            id,
            new TableSchema(table, [new(column, ColumnType.Text, canary), new("amount", ColumnType.Integer)], column, canary, canary),
            [[key, 1], [canary, 2]],
            default);
        var wide = Server.Tokens.Create(id, canary);
        var narrow = Server.Tokens.Create(id, "narrow", hiddenColumns: ["parties.pan"]);
        var target = new Target(id.ToString(), table, column, key, canary, Server.Workspaces.Folder.DatabaseOf(id), wide.Text, wide.Record.Id);
        return new Tenant(number, id, target, canary, hidden, wide.Text, narrow.Text);
    }
}
