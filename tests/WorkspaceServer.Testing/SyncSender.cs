using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using WorkspaceServer.Protocol;
using Xunit;

namespace WorkspaceServer.Testing;

/// <summary>Sends runs as an agent does, and remembers nothing by itself.</summary>
internal sealed class SyncSender(TestAgent agent)
{
    private int runs;

    public string Workspace => agent.Pairing.WorkspaceId;

    public string NewRun() => (++runs).ToString("x16", System.Globalization.CultureInfo.InvariantCulture) + agent.Pairing.AgentId[16..];

    public Task<HttpResponseMessage> BeginAsync(string run, RunRequest request) =>
        agent.SendAsync(HttpMethod.Put, SyncPaths.RunOf(Workspace, run), JsonContent.Create(request, ProtocolJson.Default.RunRequest));

    /// <param name="expected">As the agent says how many rows come, right or wrong.</param>
    public async Task<HttpResponseMessage> BeginAsync(string run, RunRequest request, params string[] expected)
    {
        using var body = JsonContent.Create(request, ProtocolJson.Default.RunRequest);
        body.Headers.TryAddWithoutValidation(SyncPaths.ExpectedRowsHeader, expected);
        return await agent.SendAsync(HttpMethod.Put, SyncPaths.RunOf(Workspace, run), body);
    }

    public Task<HttpResponseMessage> PutAsync(string run, int number, Batch batch) => PutAsync(run, number, BatchCompression.Compress(batch.Bytes), batch.HashText);

    public async Task<HttpResponseMessage> PutAsync(string run, int number, byte[] body, string hash, string mediaType = SyncPaths.BatchMediaType)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        content.Headers.TryAddWithoutValidation(SyncPaths.BatchHashHeader, hash);
        return await agent.SendAsync(HttpMethod.Put, SyncPaths.BatchOf(Workspace, run, number), content);
    }

    public Task<HttpResponseMessage> CommitAsync(string run, CommitRequest request) =>
        agent.SendAsync(HttpMethod.Post, SyncPaths.CommitOf(Workspace, run), JsonContent.Create(request, ProtocolJson.Default.CommitRequest));

    /// <summary>A whole run that goes well.</summary>
    /// <param name="totals">Of the table after it.</param>
    public async Task<(string Run, CommitResult Result)> SendAsync(RunRequest request, IReadOnlyList<Batch> batches, ControlTotals totals)
    {
        var run = NewRun();
        await OkAsync(await BeginAsync(run, request));
        for (var i = 0; i < batches.Count; i++)
        {
            await OkAsync(await PutAsync(run, i + 1, batches[i]));
        }

        return (run, (await OkAsync(await CommitAsync(run, Commit(batches, totals)))).Result!);
    }

    public static CommitRequest Commit(IReadOnlyList<Batch> batches, ControlTotals totals) => new(batches.Count, RunHash.Of(batches.Select(batch => batch.Sha256)), totals);

    public static async Task<RunAnswer> OkAsync(HttpResponseMessage response)
    {
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync();
            Assert.True(response.IsSuccessStatusCode, text);
            return JsonSerializer.Deserialize(text, ProtocolJson.Default.RunAnswer)!;
        }
    }

    /// <summary>Rows as one batch, and their totals.</summary>
    public static (Batch Batch, ControlTotals Totals) Rows(SyncSchema schema, IEnumerable<Cell[]> puts, IEnumerable<Cell[]>? deletes = null)
    {
        var writer = new BatchWriter(schema);
        var counter = new TotalsCounter(schema);
        foreach (var row in puts)
        {
            Assert.True(writer.TryPut(row));
            counter.Add(row);
        }

        foreach (var key in deletes ?? [])
        {
            Assert.True(writer.TryDelete(key));
        }

        return (writer.Finish(), counter.Totals);
    }
}
