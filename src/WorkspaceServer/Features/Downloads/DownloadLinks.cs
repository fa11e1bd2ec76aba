using System.Buffers.Text;
using System.Globalization;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Keys;

namespace WorkspaceServer.Features.Downloads;

/// <param name="Url">Whole, with its signature. It is not kept.</param>
internal sealed record DownloadLink(string Url, DateTimeOffset ExpiresAt);

/// <summary>Makes and takes links that download one export, once, within minutes, without a session.</summary>
/// <remarks>
/// A link is the address of the export, its end, its id, and the HMAC-SHA-256 of all that as it is sent, under a key of its own: so the signature is good for this
/// workspace, table, filter and format and for nothing else. The row of the id says whether it was used. Reasons: decisions/0025.
/// </remarks>
internal sealed partial class DownloadLinks(DownloadLinkStore store, DownloadOptions options, MasterKey master, PublicAddress address, TimeProvider clock) : IDisposable
{
    /// <summary>Links of one person that nobody has used yet.</summary>
    public const int MaxOpen = 20;

    /// <summary>Longest link without scheme and host, in characters: below what servers and mail programs take.</summary>
    public const int MaxLength = 4_000;

    /// <summary>Part of the derivation of the key: never rename it.</summary>
    public const string KeyPurpose = "download-link";

    private const int IdBytes = 16;

    private readonly MacKey key = new(master, KeyPurpose);

    public TimeSpan Lifetime { get; } = TimeSpan.FromMinutes(options.LinkMinutes);

    /// <param name="workspace">Null for what is the person's own.</param>
    /// <param name="what">What it downloads, for the audit log.</param>
    /// <param name="target">Path and query of the endpoint that takes the link.</param>
    /// <exception cref="ProblemException">The person has too many open ones, or the filter is too long for an address.</exception>
    public DownloadLink Make(ClaimsPrincipal user, WorkspaceId? workspace, string what, string target)
    {
        var person = SignedIn.Of(user);
        var now = clock.GetUtcNow();
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes));
        var expires = (now + Lifetime).ToUnixTimeSeconds();
        var text = string.Create(CultureInfo.InvariantCulture, $"{target}{(target.Contains('?', StringComparison.Ordinal) ? '&' : '?')}expires={expires}&link={id}");
        var signed = $"{text}&signature={SignatureOf(text)}";
        if (signed.Length > MaxLength)
        {
            throw new ProblemException(ProblemCodes.InvalidArgument, "These filters are too long for a link. Download the file itself, or filter by less.");
        }

        var end = DateTimeOffset.FromUnixTimeSeconds(expires);
        var entry = new AuditEntry(AuditActions.DownloadLinkMade) { Target = ("download_link", id), Workspace = workspace, Details = [("what", what), ("minutes", options.LinkMinutes)] };
        return store.Add(new DownloadLinkRow(id, person.PersonId, person.SessionId, now, end), MaxOpen, entry) switch
        {
            null => new DownloadLink(address.Origin + signed, end),
            NoDownloadLink.SessionOver => throw new ProblemException(ProblemCodes.Forbidden, "Your session has ended. Sign in again."),
            _ => throw new ProblemException(ProblemCodes.TooManyRequests, $"You have {MaxOpen} links that nobody has used yet. Use them, or wait until they are over."),
        };
    }

    /// <summary>Uses a link up.</summary>
    /// <param name="target">Path and query as they were sent.</param>
    /// <exception cref="ProblemException">It is none of ours, which is answered like an address at which there is nothing; or it is over.</exception>
    public DownloadLinkMaker Use(string target, WorkspaceId? workspace)
    {
        if (Shape().Match(target) is not { Success: true } link || !IsSigned(link.Groups["text"].Value, link.Groups["signature"].Value))
        {
            throw new ProblemException(ProblemCodes.NotFound, ProblemResponses.NothingHere);
        }

        var (now, id) = (clock.GetUtcNow(), link.Groups["id"].Value);
        if (now >= DateTimeOffset.FromUnixTimeSeconds(long.Parse(link.Groups["expires"].Value, NumberStyles.None, CultureInfo.InvariantCulture)))
        {
            throw new ProblemException(ProblemCodes.LinkExpired, "The time of this link is up. Make another one.");
        }

        return store.Use(id, now, maker => new AuditEntry(AuditActions.DownloadLinkUsed)
        {
            Actor = new AuditActor("person", maker.PersonId, maker.Name),
            Target = ("download_link", id),
            Workspace = workspace,
        }) ?? throw new ProblemException(ProblemCodes.LinkUsed, "This link was used already, or whoever made it has signed out. Make another one.");
    }

    public void Dispose() => key.Dispose();

    private string SignatureOf(string text) => Base64Url.EncodeToString(key.Compute(Encoding.UTF8.GetBytes(text)));

    // Compared as text: the last digit has bits to spare, and a second spelling of a signature would be taken for another one.
    private bool IsSigned(string text, string signature) => CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(SignatureOf(text)), Encoding.ASCII.GetBytes(signature));

    // What is acted on is read from what is signed, at its end, and not from the query, which may name a thing twice.
    [GeneratedRegex(@"^(?<text>/[^#]*[?&]expires=(?<expires>[0-9]{1,11})&link=(?<id>[0-9a-f]{32}))&signature=(?<signature>[A-Za-z0-9_-]{43})\z", RegexOptions.CultureInvariant)]
    private static partial Regex Shape();
}
