using System.CommandLine;
using System.Globalization;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Smoke;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>smoke: goes every primary path of a running server with a made-up person and workspace, and removes both.</summary>
internal static class SmokeCommand
{
    private const string Description = """
        Try every primary path of the running server, from outside, with a workspace and a person that are made up and removed again.
        Exit codes: 0 all work; 13 one does not; 3 another smoke test runs; 4 there is no agent's program.
        """;

    public static Command Build()
    {
        var url = new Option<string?>("--url") { Description = "Where the server answers; Server:PublicUrl if not given.", HelpName = "URL" };
        url.Validators.Add(result =>
        {
            if (!Uri.TryCreate(result.GetValue(url), UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            {
                result.AddError("--url is a http or https address, such as https://books.example.org.");
            }
        });
        var agent = new Option<string>("--agent") { Description = "The agent's program; the one beside the server if not given.", HelpName = "FILE", DefaultValueFactory = _ => Path.Combine(AppContext.BaseDirectory, "agent", "workspace-agent") };
        var withData = new Option<bool>("--with-data") { Description = "Also give out the first table of another workspace as CSV and count its rows. The made-up person may see that workspace meanwhile: for restore drills." };
        var command = Verb.Create("smoke", Description, "smoke --url https://books.example.org", Recording.As(AuditActions.SmokeTested, AuditActions.WorkspaceCreated, AuditActions.KeyDestroyed));
        command.Add(url);
        command.Add(agent);
        command.Add(withData);
        return command.Runs(async (context, cancel) =>
        {
            var program = context.Arguments.GetValue(agent)!;
            if (!File.Exists(program))
            {
                throw new ProblemException(ProblemCodes.NotConfigured, $"There is no agent's program {program}. Name it with --agent; in the repository: artifacts/bin/WorkspaceServer.Agent/release/workspace-agent");
            }

            var place = new Uri(context.Arguments.GetValue(url) ?? context.Get<PublicAddress>().Origin);
            var test = context.Get<SmokeTest>();
            var result = await context.Output.ProgressAsync("Smoke test", report => test.RunAsync(place, Path.GetFullPath(program), context.Arguments.GetValue(withData), report, cancel));
            context.Output.Result(result, output => Print(output, result));
            return result.Passed ? ExitCodes.Ok : ExitCodes.SmokeFailed;
        });
    }

    private static void Print(Output output, SmokeResult result)
    {
        foreach (var step in result.Paths)
        {
            output.Line(string.Create(CultureInfo.InvariantCulture, $"{(step.Passed ? "PASS" : "FAIL")}  {step.Name.Replace('_', ' ')} ({step.Seconds:0.0} s){(step.Problem is null ? "" : ": " + step.Problem)}"));
        }

        if (result.Leftovers > 0)
        {
            output.Line($"Also removed what {result.Leftovers} earlier {(result.Leftovers == 1 ? "one" : "ones")} left that {(result.Leftovers == 1 ? "was" : "were")} cut short.");
        }

        output.Line($"{(result.Passed ? "Everything works" : "Not everything works")} at {result.Url}; what was made for it is removed.");
    }
}
