using WorkspaceServer.Dashboard.Live;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Accounts.Endpoints;
using WorkspaceServer.Features.OAuth.Grants;
using WorkspaceServer.Features.Tokens.Handshakes;
using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Live;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.OAuth.Doctor;

/// <summary>POST /w/{workspace}/clients/doctor begins to watch a client connect, POST …/stop ends it, GET …/events tells the page when there is something new.</summary>
internal static class DoctorPages
{
    public const string Behind = ClientPaths.Behind + "/doctor";

    private const string Path = AccessPaths.Page + Behind;

    private static readonly Recording Nothing = Recording.Nothing("kept in memory for an hour, for the person alone; what is allowed on the way is recorded");

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(Path, StartAsync)
            .TakesForm()
            .Guarded(Authority.Needs(Permissions.ClientsRead.Name), RateClasses.Pages, InputCheck.By<NoFields.Validator>(), Nothing);
        routes.MapPost(Path + "/stop", StopAsync)
            .TakesForm()
            .Guarded(Authority.Needs(Permissions.ClientsRead.Name), RateClasses.Pages, InputCheck.By<NoFields.Validator>(), Nothing);
        routes.MapGet(Path + "/events", Follow)
            .WithMetadata(new StaysOpen())
            .Guarded(Authority.Needs(Permissions.ClientsRead.Name), RateClasses.Pages, InputCheck.Ids, Recording.Nothing("says only that something is new"));
    }

    private static async Task<IResult> StartAsync(WorkspaceId workspace, HttpContext context, HandshakeBook handshakes)
    {
        await Form.ReadAsync(context, new NoFields.Validator());
        handshakes.Start(SignedIn.Of(context.User).PersonId, workspace);
        return SeeOther.To(PageOf(workspace));
    }

    private static async Task<IResult> StopAsync(WorkspaceId workspace, HttpContext context, HandshakeBook handshakes)
    {
        await Form.ReadAsync(context, new NoFields.Validator());
        handshakes.Stop(SignedIn.Of(context.User).PersonId, workspace);
        return SeeOther.To(PageOf(workspace));
    }

    private static IResult Follow(WorkspaceId workspace, HttpContext context, LiveStreams streams, HandshakeBook handshakes, TimeProvider clock)
    {
        var person = SignedIn.Of(context.User).PersonId;
        return streams.Open(context, HandshakeBook.TopicOf(person), () => DoctorReport.StateOf(handshakes.Find(person, workspace), clock.GetUtcNow()));
    }

    private static string PageOf(WorkspaceId workspace) => AccessPaths.PageOf(workspace) + ClientPaths.Behind + "#doctor";
}
