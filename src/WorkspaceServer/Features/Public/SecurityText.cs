using System.Globalization;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Public;

/// <summary>GET /.well-known/security.txt: where to report a hole (RFC 9116). Only there if the operator gave a contact.</summary>
internal static class SecurityText
{
    public const string Path = "/.well-known/security.txt";

    /// <summary>RFC 9116, section 2.5.5, recommends less than a year. The text is made anew on each request, so it never lapses while the server runs.</summary>
    public static readonly TimeSpan GoodFor = TimeSpan.FromDays(180);

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet(Path, Handle)
        .Guarded(Authority.Anyone, RateClasses.Public, InputCheck.None, Recording.Nothing("a public document"));

    private static IResult Handle(PublicOptions options, PublicAddress address, TimeProvider clock)
    {
        if (options.SecurityContact.Length == 0)
        {
            throw new ProblemException(ProblemCodes.NotFound, "There is nothing at this address.");
        }

        var expires = (clock.GetUtcNow() + GoodFor).UtcDateTime.ToString("yyyy-MM-dd'T'00:00:00'Z'", CultureInfo.InvariantCulture);
        return Results.Text($"Contact: {options.SecurityContact}\nExpires: {expires}\nPreferred-Languages: en\nCanonical: {address.Origin}{Path}\nPolicy: {address.Origin}/security\n", "text/plain; charset=utf-8");
    }
}
