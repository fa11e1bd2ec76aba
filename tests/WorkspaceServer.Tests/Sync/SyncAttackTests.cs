using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using WorkspaceServer.Features.Samples;
using WorkspaceServer.Features.Sync;
using WorkspaceServer.Protocol;
using WorkspaceServer.Testing;
using Xunit;
using static WorkspaceServer.Tests.Sync.SyncHouse;

namespace WorkspaceServer.Tests.Sync;

/// <summary>What is malformed, too much, or another's writes nothing.</summary>
public sealed class SyncAttackTests(SyncHouse house) : IClassFixture<SyncHouse>
{
    private const int Seed = 61;
    private const int DefaultCases = 2_000;

    /// <summary>A tenth of what `make attack` sends in all.</summary>
    private static int Cases => int.TryParse(Environment.GetEnvironmentVariable("ATTACK_CASES"), out var cases) ? cases / 10 : DefaultCases;

    /// <summary>Every address of agents, with another workspace's token: 403, and not one byte of the file is another.</summary>
    [Fact]
    [Trait("claim", "B37")]
    [Trait("claim", "A17")]
    public async Task AnotherWorkspacesTokenChangesNoByte()
    {
        var (mine, theirs) = (await house.NewBooksAsync(), await house.NewBooksAsync());
        var (run, _) = await theirs.SendOrdersAsync(Order(1, "alpha", "10"));
        var open = theirs.Sender.NewRun();
        await SyncSender.OkAsync(await theirs.Sender.BeginAsync(open, new RunRequest(SyncMode.Snapshot, Orders, "x")));
        var before = BytesOf(theirs);
        var (batch, totals) = SyncSender.Rows(Orders, [Order(2, "planted", "1")]);
        foreach (var id in new[] { run, open })
        {
            (HttpMethod Method, string Path, HttpContent? Body)[] calls =
            [
                (HttpMethod.Put, SyncPaths.RunOf(theirs.Sender.Workspace, id), Json(new RunRequest(SyncMode.Snapshot, Orders, "x"))),
                (HttpMethod.Get, SyncPaths.RunOf(theirs.Sender.Workspace, id), null),
                (HttpMethod.Delete, SyncPaths.RunOf(theirs.Sender.Workspace, id), null),
                (HttpMethod.Put, SyncPaths.BatchOf(theirs.Sender.Workspace, id, 1), Body(batch)),
                (HttpMethod.Post, SyncPaths.CommitOf(theirs.Sender.Workspace, id), Json(SyncSender.Commit([batch], totals))),
                (HttpMethod.Get, SyncPaths.TableOf(theirs.Sender.Workspace, "orders"), null),
                (HttpMethod.Get, SyncPaths.AgentOf(theirs.Sender.Workspace), null),
                (HttpMethod.Delete, SyncPaths.AgentOf(theirs.Sender.Workspace), null),
            ];
            foreach (var (method, path, body) in calls)
            {
                using var response = await mine.Agent.SendAsync(method, path, body);
                Assert.Equal((403, "forbidden"), ((int)response.StatusCode, await TestAgent.CodeOf(response)));
            }

            // In its own workspace the other's run is not to be found.
            using var own = await mine.Sender.PutAsync(id, 1, batch);
            Assert.Equal(SyncProblems.RunUnknown, await TestAgent.CodeOf(own));
        }

        Assert.Equal(before, BytesOf(theirs));
        Assert.Equal("1|alpha", await theirs.AskAsync("SELECT id, party FROM orders"));
    }

    /// <summary>Another agent of the same workspace may not touch a run either.</summary>
    [Fact]
    public async Task AnotherAgentsRunIsUnknown()
    {
        var books = await house.NewBooksAsync();
        var run = books.Sender.NewRun();
        await SyncSender.OkAsync(await books.Sender.BeginAsync(run, new RunRequest(SyncMode.Snapshot, Orders, "x")));
        using var other = await TestAgent.PairedAsync(books.House.Server, books.Workspace);
        var sender = new SyncSender(other);
        var (batch, totals) = SyncSender.Rows(Orders, [Order(2, "planted", "1")]);
        using var begun = await sender.BeginAsync(run, new RunRequest(SyncMode.Snapshot, Orders with { Table = "others" }, "x"));
        using var put = await sender.PutAsync(run, 1, batch);
        using var committed = await sender.CommitAsync(run, SyncSender.Commit([batch], totals));
        Assert.All(new[] { begun, put, committed }, response => Assert.Equal(404, (int)response.StatusCode));
    }

    [Fact]
    [Trait("claim", "A63")]
    [Trait("claim", "D34")]
    public async Task NoMalformedBatchMakesTheServerFail_OrWritesAnything()
    {
        var books = await house.NewBooksAsync();
        var run = books.Sender.NewRun();
        await SyncSender.OkAsync(await books.Sender.BeginAsync(run, new RunRequest(SyncMode.Snapshot, Orders, "x")));
        var (good, _) = SyncSender.Rows(Orders, Enumerable.Range(0, 30).Select(id => Order(id, $"party {id}", "1.25")));
        var before = BytesOf(books);
        var statuses = new int[6];
        await Parallel.ForEachAsync(Enumerable.Range(0, Cases), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (number, _) =>
        {
            var random = new SeededRandom((ulong)((Seed * 1_000_003) + number));
            using var response = await SendSpoiltAsync(books, run, good, random);
            Interlocked.Increment(ref statuses[(int)response.StatusCode / 100]);
            if (!response.IsSuccessStatusCode)
            {
                Assert.NotEqual("", await TestAgent.CodeOf(response));
            }
        });

        Assert.Equal((0, Cases, 0), (statuses[2], statuses[4], statuses[5]));
        Assert.Equal(before, BytesOf(books));
    }

    [Theory]
    [InlineData("""{"mode":"snapshot","schema":{"table":"t","columns":[null],"key":[]},"source":"x"}""")]
    [InlineData("""{"mode":"snapshot","schema":{"table":"t","columns":[{"name":"a","type":"text"}],"key":[null]},"source":"x"}""")]
    [InlineData("""{"mode":7,"schema":{"table":"t","columns":[{"name":"a","type":"text"}],"key":[]},"source":"x"}""")]
    [InlineData("""{"mode":"snapshot","schema":{"table":"t","columns":[{"name":"a","type":99}],"key":[]},"source":"x"}""")]
    [InlineData("""{"mode":"upsert","schema":{"table":"t","columns":[{"name":"a","type":"text"}],"key":[]},"source":"x"}""")]
    [InlineData("""{"mode":"snapshot","schema":{"table":"t","columns":[{"name":"a","type":"text"},{"name":"A","type":"text"}],"key":[]},"source":"x"}""")]
    [InlineData("""{"mode":"snapshot","schema":{"table":"t","columns":[{"name":"a","type":"text"}],"key":["a","a"]},"source":"x"}""")]
    [InlineData("""{"mode":"snapshot","schema":{"table":"t","columns":[],"key":[]},"source":"x"}""")]
    [InlineData("""{"mode":"snapshot","schema":null,"source":"x"}""")]
    [InlineData("""{"mode":"snapshot","more":1,"schema":{"table":"t","columns":[{"name":"a","type":"text"}],"key":[]},"source":"x"}""")]
    [InlineData("null")]
    public async Task AWrongRequestForARunIsRefused(string body)
    {
        var books = await house.NewBooksAsync();
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await books.Agent.SendAsync(HttpMethod.Put, SyncPaths.RunOf(books.Sender.Workspace, books.Sender.NewRun()), content);
        Assert.Equal(400, (int)response.StatusCode);
    }

    [Fact]
    public async Task AFullWorkspaceTakesNoMore()
    {
        await using var server = await RunningServer.StartAsync(change: new((services, _) => services.AddSingleton(new SyncOptions { MaxWorkspaceMebibytes = 1 })));
        using var agent = await TestAgent.PairedAsync(server);
        var sender = new SyncSender(agent);
        var schema = new SyncSchema("t", [new("x", SyncType.Text)], []);
        var run = sender.NewRun();
        await SyncSender.OkAsync(await sender.BeginAsync(run, new RunRequest(SyncMode.Snapshot, schema, "x")));
        await SyncSender.OkAsync(await sender.PutAsync(run, 1, SyncSender.Rows(schema, [[Cell.Of(new string('x', 1_000_000))], [Cell.Of(new string('y', 1_000_000))]]).Batch));
        using var full = await sender.PutAsync(run, 2, SyncSender.Rows(schema, [[Cell.Of("one more")]]).Batch);
        Assert.Equal((422, SyncProblems.WorkspaceFull), ((int)full.StatusCode, await TestAgent.CodeOf(full)));
    }

    [Fact]
    public void OnlySoManyBatchesAreTakenAtOnce_InEachWorkspace()
    {
        var places = new BatchesInFlight(new SyncOptions { MaxBatchesInFlight = 2 });
        var (one, other) = (house.House.Server.Workspaces.Create(), house.House.Server.Workspaces.Create());
        using var first = places.TryEnter(one);
        var second = places.TryEnter(one);
        Assert.Null(places.TryEnter(one));
        using var elsewhere = places.TryEnter(other);
        Assert.NotNull(elsewhere);
        second!.Dispose();
        using var again = places.TryEnter(one);
        Assert.NotNull(again);
    }

    private static async Task<HttpResponseMessage> SendSpoiltAsync(Books books, string run, Batch good, SeededRandom random)
    {
        var compressed = BatchCompression.Compress(good.Bytes);
        var number = 1 + random.Next(5);
        switch (random.Next(8))
        {
            case 0: // the bytes are damaged, and hashed as they are now
                var bytes = good.Bytes.ToArray();
                bytes[random.Next(4)] ^= (byte)(1 + random.Next(255));
                return await books.Sender.PutAsync(run, number, new Batch(bytes, SHA256.HashData(bytes), 0));
            case 1: // cut short
                var cut = good.Bytes[..random.Next(good.Bytes.Length)];
                return await books.Sender.PutAsync(run, number, new Batch(cut, SHA256.HashData(cut), 0));
            case 2: // the hash is another's
                return await books.Sender.PutAsync(run, number, compressed, Convert.ToHexStringLower(SHA256.HashData([(byte)random.Next(256)])));
            case 3: // the frame is damaged
                var frame = compressed.ToArray();
                frame[random.Next(4)] ^= (byte)(1 + random.Next(255));
                return await books.Sender.PutAsync(run, number, frame, good.HashText);
            case 4: // no frame at all
                return await books.Sender.PutAsync(run, number, Encoding.ASCII.GetBytes(new string('x', random.Next(300))), good.HashText);
            case 5: // another number
                return await books.Sender.PutAsync(run, random.OneIn(2) ? -random.Next(1_000) : SyncLimits.MaxBatches + 1 + random.Next(1_000), compressed, good.HashText);
            case 6: // another kind of content, or no hash
                return random.OneIn(2) ? await books.Sender.PutAsync(run, number, compressed, good.HashText, "application/json") : await books.Sender.PutAsync(run, number, compressed, new string('z', random.Next(80)));
            default: // rows with something behind them
                byte[] longer = [.. good.Bytes, (byte)random.Next(256)];
                return await books.Sender.PutAsync(run, number, new Batch(longer, SHA256.HashData(longer), 0));
        }
    }

    private static string BytesOf(Books books)
    {
        var path = books.House.Server.Workspaces.Folder.DatabaseOf(books.Workspace);
        return string.Join(' ', new[] { path, path + "-wal" }.Where(File.Exists).Select(file =>
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return Convert.ToHexString(SHA256.HashData(stream));
        }));
    }

    private static System.Net.Http.Json.JsonContent Json(RunRequest request) => System.Net.Http.Json.JsonContent.Create(request, ProtocolJson.Default.RunRequest);

    private static System.Net.Http.Json.JsonContent Json(CommitRequest request) => System.Net.Http.Json.JsonContent.Create(request, ProtocolJson.Default.CommitRequest);

    private static ByteArrayContent Body(Batch batch)
    {
        var content = new ByteArrayContent(BatchCompression.Compress(batch.Bytes));
        content.Headers.TryAddWithoutValidation("Content-Type", SyncPaths.BatchMediaType);
        content.Headers.TryAddWithoutValidation(SyncPaths.BatchHashHeader, batch.HashText);
        return content;
    }
}
