using System.CommandLine;
using System.Globalization;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Closure;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>closure list: accounts that are to be closed.</summary>
internal static class ListClosuresCommand
{
    private const int MaxShown = 1_000;

    public static Command Build() => Verb
        .Create("list", "List accounts whose owners asked for them to be closed, oldest first.", "closure list", Recording.Nothing("reads only who asked to leave"))
        .Runs((context, _) =>
        {
            context.Require(Permissions.SystemUsers);
            var closures = context.Get<Closures>();
            var open = context.Get<ClosureStore>().ListOpen(after: null, MaxShown).Select(each => (Case: each, State: closures.StateOf(each))).ToArray();
            context.Output.Result(
                open.Select(each => new
                {
                    each.Case.Id,
                    each.Case.Email,
                    each.Case.AskedAt,
                    HandOver = each.State.HandOver.Select(workspace => workspace.Name),
                    GoAlong = each.State.GoAlong.Select(workspace => workspace.Name),
                }),
                output => Print(output, open));
            return Task.FromResult(ExitCodes.Ok);
        });

    private static void Print(Output output, (ClosureCase Case, ClosureState State)[] open)
    {
        if (open.Length == 0)
        {
            output.Line("Nobody waits for their account to be closed.");
            return;
        }

        output.Table(
            ["id", "e-mail", "asked (UTC)", "deleted with it", "to hand over first"],
            open.Select(each => new[]
            {
                each.Case.Id, each.Case.Email, each.Case.AskedAt.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                string.Join(", ", each.State.GoAlong.Select(workspace => workspace.Name)), string.Join(", ", each.State.HandOver.Select(workspace => workspace.Name)),
            }));
    }
}
