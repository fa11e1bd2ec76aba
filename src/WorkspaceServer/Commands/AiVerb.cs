using System.CommandLine;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.OAuth.Stops;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Commands;

/// <summary>What the verbs of the AI switch share: one workspace or all, and the state that is shown in the end.</summary>
internal static class AiVerb
{
    /// <param name="change">Changes the switch and says whether it was set otherwise before. Null stands for all workspaces.</param>
    public static Command Build(Command command, Permission permission, Func<AiStops, WorkspaceId?, bool> change)
    {
        var workspace = new Option<string?>("--workspace", "-w") { Description = "The workspace: its id, or its name if no other has it. Without it: all of them.", HelpName = "WORKSPACE" };
        command.Add(workspace);
        return command.Runs((context, _) =>
        {
            var stops = context.Get<AiStops>();
            var place = context.Arguments.GetValue(workspace) is { } named ? context.FindWorkspace(named, permission) : null;
            change(stops, place?.Id);
            var answer = AiStopAnswer.Of(place is null ? stops.OfServer() : stops.In(place.Id));
            var about = answer.WholeServer || place is null ? "all workspaces" : place.Name;
            context.Output.Result(answer, output => output.Line(answer.Stopped
                ? $"AI is switched off for {about}. To let clients in again: workspace-server ai allow{(answer.WholeServer ? "" : $" --workspace {place!.Id}")}"
                : $"AI clients may read {about}, as far as owners granted it."));
            return Task.FromResult(ExitCodes.Ok);
        });
    }
}
