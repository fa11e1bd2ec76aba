using System.CommandLine;
using WorkspaceServer.Features.Mcp;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>ask: puts one question to a running server over MCP, as an AI client would.</summary>
internal static class AskCommand
{
    public static Command Build()
    {
        var sql = new Argument<string>("SQL") { Description = "One SELECT." };
        var url = new Option<string>("--url") { Description = "The server's MCP endpoint.", DefaultValueFactory = _ => "http://127.0.0.1:8080/mcp", HelpName = "URL" };
        url.Validators.Add(result =>
        {
            if (!Uri.TryCreate(result.GetValue(url), UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            {
                result.AddError("--url is a http or https address, such as http://127.0.0.1:8080/mcp.");
            }
        });
        var file = new Option<string>("--token-file") { Description = "A file that holds the token; - reads it from standard input.", HelpName = "FILE", Required = true };
        var command = Verb.Create("ask", "Put one question to a running server over MCP, as an AI client would.", "ask --token-file token.txt \"SELECT count(*) FROM invoices\"", Recording.Nothing("asks a server, which records the call itself"));
        command.Add(sql);
        command.Add(url);
        command.Add(file);
        return command.Runs(async (context, cancel) =>
        {
            var token = await ReadTokenAsync(context.Arguments.GetValue(file)!, cancel);
            var answer = await McpQuestion.AskAsync(new Uri(context.Arguments.GetValue(url)!), token, context.Arguments.GetValue(sql)!, cancel);
            context.Output.Result(answer, output => Print(output, answer));
            return ExitCodes.Ok;
        });
    }

    public static void Print(Output output, McpAnswer answer)
    {
        output.Table(answer.Columns, answer.Rows, NumberColumns(answer));
        output.Line(FormattableString.Invariant($"{Output.Count(answer.Rows.Count, "row")}, as of {answer.AsOf ?? "(no table)"}, in {answer.Milliseconds:0} ms over MCP"));
    }

    private static HashSet<int> NumberColumns(McpAnswer answer) =>
    [
        .. Enumerable.Range(0, answer.Columns.Count).Where(column => answer.Rows.Count > 0
            && answer.Rows.All(row => double.TryParse(row[column], System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out _))),
    ];

    private static async Task<string> ReadTokenAsync(string file, CancellationToken cancel)
    {
        if (file == "-")
        {
            return (await Console.In.ReadLineAsync(cancel) ?? "").Trim();
        }

        return File.Exists(file)
            ? (await File.ReadAllTextAsync(file, cancel)).Trim()
            : throw new ProblemException(ProblemCodes.InvalidArgument, $"There is no token file {file}. Make one with: workspace-server token create --out {file}");
    }
}
