using WorkspaceServer.Agent.Tests.Programs;
using WorkspaceServer.Features.Mcp;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.EndToEnd.Agents;

/// <summary>A server and an agent, both as the programs that are shipped, with a network between them that the test holds in its hands.</summary>
internal sealed class AgentHouse : IAsyncDisposable
{
    public const string Workspace = "Books";

    private readonly TemporaryFolder folder = new();
    private string token = "";

    private AgentHouse(Action<(string Server, string Agent)>? prepare, bool clocksJump, bool hasCultures)
    {
        Directory.CreateDirectory(folder.File("tables"));
        prepare?.Invoke((folder.File("server"), folder.File("agent")));
        if (clocksJump)
        {
            (ServersClock, AgentsClock) = (new JumpingClock(folder.File("server.clock")), new JumpingClock(folder.File("agent.clock")));
        }

        Server = new ServerProgram(folder.File("server"), ServersClock?.Environment);
        Agent = hasCultures ? AgentProgram.WithCultures(folder.File("agent"), folder.File("cultures.json")) : AgentProgram.Here(folder.File("agent"), AgentsClock?.Environment);
    }

    /// <summary>Null if it is the one of this computer.</summary>
    public JumpingClock? ServersClock { get; }

    /// <inheritdoc cref="ServersClock"/>
    public JumpingClock? AgentsClock { get; }

    public ServerProgram Server { get; }

    public AgentProgram Agent { get; }

    public CuttingProxy Network { get; } = new();

    public string Tables => folder.File("tables");

    /// <param name="prepare">Does something with the folders of both before anything is there.</param>
    /// <param name="clocksJump">Gives each of the two a clock that can be set.</param>
    /// <param name="hasCultures">Gives the agent the system's cultures, as on Windows.</param>
    public static async Task<AgentHouse> StartAsync(Action<(string Server, string Agent)>? prepare = null, bool clocksJump = false, bool hasCultures = false)
    {
        var house = new AgentHouse(prepare, clocksJump, hasCultures);
        await house.Server.RunAsync("init");
        await house.Server.RunAsync("workspace", "create", Workspace);
        house.token = (await house.Server.RunJsonAsync("token", "create", "-w", Workspace)).GetProperty("token").GetString()!;
        await house.StartServerAsync();
        return house;
    }

    /// <summary>Starts the server, again too; to the agent it is where it was.</summary>
    public async Task StartServerAsync()
    {
        await Server.StartAsync("--set", "Limits:Sync=100000", "--set", "Limits:Pairing=100000", "--set", "Query:DeadlineMilliseconds=60000");
        Network.Target = Server.Url;
    }

    /// <summary>Pairs the agent and gives it a source, the folder of tables if no other is named.</summary>
    /// <param name="source">What comes after `source add`.</param>
    public async Task PairAsync(params string[] source)
    {
        var file = folder.File("pair.txt");
        await Server.RunAsync("pairing", "create", "-w", Workspace, "--out", file);
        await Agent.SucceedAsync("pair", "--url", Network.Url, "--token-file", file, "--name", "Shop PC");
        await Agent.SucceedAsync(["source", "add", .. source.Length > 0 ? source : ["files", Tables]]);
    }

    public BooksTable Table(string name, ulong seed, int rows, int fillerLength)
    {
        var table = new BooksTable(Path.Combine(Tables, name + ".csv"), new Features.Samples.SeededRandom(seed), rows, fillerLength);
        table.Write();
        return table;
    }

    /// <summary>What an AI client is answered: cells between | and rows on lines.</summary>
    public async Task<string> AskAsync(string sql)
    {
        var answer = await McpQuestion.AskAsync(new Uri(Server.Url, "/mcp"), token, sql, TestContext.Current.CancellationToken);
        return string.Join('\n', answer.Rows.Select(row => string.Join('|', row)));
    }

    /// <summary>What is in the files of a server that was killed.</summary>
    public CrashedHome OpenFiles() => new(Server.Home);

    public async ValueTask DisposeAsync()
    {
        Server.Dispose();
        await Network.DisposeAsync();
        folder.Dispose();
    }
}
