using System.CommandLine;
using System.Globalization;
using WorkspaceServer.Features.Operator;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>limits: every limit in force, as the code and the settings say.</summary>
internal static class LimitsCommand
{
    public static Command Build() => Verb
        .Create("limits", "Print every limit in force: of endpoints, tokens, requests and statements.", "limits", Recording.Nothing("shows settings, none of which is secret"))
        .Runs((context, _) =>
        {
            var configuration = context.Get<IConfiguration>();
            OptionsSections.ReadAll(context.Get<IEnumerable<OptionsSection>>(), configuration);
            var server = context.Get<ServerOptions>() with { LogFormat = LogFormat.None };
            var table = LimitsTable.Of(WebServer.Build(server, services => services.AddWorkspaces(configuration)));
            context.Output.Result(
                new
                {
                    Endpoints = table.Endpoints.Select(endpoint => new { endpoint.Method, endpoint.Path, Class = endpoint.Guard.Rate.Name }),
                    table.Classes,
                    table.Others,
                },
                output => Print(output, table));
            return Task.FromResult(ExitCodes.Ok);
        });

    private static void Print(Output output, LimitsTable table)
    {
        output.Table(["method", "endpoint", "class"], table.Endpoints.Select(endpoint => new[] { endpoint.Method, endpoint.Path, endpoint.Guard.Rate.Name }));
        output.Table(
            ["class", "requests", "in seconds", "by", "kept over a restart", "setting"],
            table.Classes.Select(each => new[] { each.Name, Number(each.Requests), Number(each.WindowSeconds), each.Key, each.Kept ? "yes" : "no", each.Setting }),
            new HashSet<int> { 1, 2 });
        output.Table(
            ["other bound", "at most", "unit", "setting"],
            table.Others.Select(other => new[] { other.Name, Number(other.Value), other.Unit, other.Setting }),
            new HashSet<int> { 1 });
    }

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
