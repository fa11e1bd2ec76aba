using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Dashboard;

/// <summary>GET /assets/{file}: the pages' own files. A file's address holds its hash, so a browser may keep it for ever.</summary>
/// <remarks>They are embedded in the program: nothing to deploy beside it, and nothing on the disk to change. Each is compressed once, when it is first asked for.</remarks>
internal static class PageFiles
{
    private const string Prefix = "/assets/";

    /// <summary>Characters of the hash in an address: 64 bits, to tell versions apart, not to prove anything.</summary>
    private const int HashCharacters = 16;

    // What comes later wins over what comes earlier.
    private static readonly string[] Styles =
        ["tokens", "base", "shell", "controls", "status", "panels", "charts", "pages", "decisions", "spacing", "narrow", "print"];

    private static readonly Dictionary<string, Asset> ByName = new[]
    {
        Asset.Of("app", ".css", "text/css; charset=utf-8", Join(Styles.Select(name => name + ".css"))),
        Asset.Of("passkeys", ".js", "text/javascript; charset=utf-8", Join(["passkeys.js"])),
        Asset.Of("icons", ".svg", "image/svg+xml", Join(["icons.svg"])),
        Asset.Of("mark", ".svg", "image/svg+xml", Join(["mark.svg"])),
        Asset.Of("app", ".js", "text/javascript; charset=utf-8", Join(["app.js"])),
        Asset.Of("mcp", ".js", "text/javascript; charset=utf-8", Join(["mcp.js"])),
    }.ToDictionary(asset => asset.Name);

    private static readonly Dictionary<string, Asset> ByFile = ByName.Values.ToDictionary(asset => asset.File);

    /// <summary>Every file.</summary>
    public static IReadOnlyCollection<string> Names => ByName.Keys;

    /// <summary>The address of a file, such as "app.css".</summary>
    public static string UrlOf(string name) => ByName[name].Url;

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet(Prefix + "{file}", Send)
        .Guarded(Authority.Anyone, RateClasses.Assets, new InputCheck(null, "only the names of files that exist are found"), Recording.Nothing("public files"));

    private static IResult Send(string file, HttpContext context)
    {
        if (!ByFile.TryGetValue(file, out var asset))
        {
            throw new ProblemException(ProblemCodes.NotFound, "There is no such file, or no longer in this version.");
        }

        var (encoding, bytes) = asset.For(context.Request.Headers.AcceptEncoding);
        var headers = context.Response.Headers;
        headers.CacheControl = "public, max-age=31536000, immutable";
        headers.Vary = HeaderNames.AcceptEncoding;
        if (encoding.Length > 0)
        {
            headers.ContentEncoding = encoding;
        }

        // Each encoding has other bytes, so another strong tag (RFC 9110, section 8.8.3.3).
        return Results.Bytes(bytes, asset.Type, entityTag: new EntityTagHeaderValue($"\"{asset.Hash}{encoding}\""));
    }

    private static byte[] Join(IEnumerable<string> names)
    {
        using var all = new MemoryStream();
        foreach (var name in names)
        {
            using var file = Assembly.GetExecutingAssembly().GetManifestResourceStream("wwwroot/" + name)
                ?? throw new InvalidOperationException($"{name} is not embedded.");
            file.CopyTo(all);
        }

        return all.ToArray();
    }

    private sealed record Asset(string Name, string File, string Hash, string Type, byte[] Plain)
    {
        private readonly Lazy<byte[]> brotli = new(() => Compress(Plain, static to => new BrotliStream(to, CompressionLevel.SmallestSize)));
        private readonly Lazy<byte[]> gzip = new(() => Compress(Plain, static to => new GZipStream(to, CompressionLevel.SmallestSize)));

        public string Url => Prefix + File;

        public static Asset Of(string name, string ending, string type, byte[] bytes)
        {
            var hash = Convert.ToHexStringLower(SHA256.HashData(bytes))[..HashCharacters];
            return new Asset(name + ending, $"{name}-{hash}{ending}", hash, type, bytes);
        }

        /// <summary>The smallest form that the caller takes, and its content coding.</summary>
        public (string Encoding, byte[] Bytes) For(StringValues accepted)
        {
            var codings = StringWithQualityHeaderValue.TryParseList([.. accepted.OfType<string>()], out var parsed) ? parsed : [];
            bool Takes(string coding) => codings.Any(each => each.Value.Equals(coding, StringComparison.OrdinalIgnoreCase) && each.Quality is null or > 0);

            return Takes("br") ? ("br", brotli.Value) : Takes("gzip") ? ("gzip", gzip.Value) : ("", Plain);
        }

        private static byte[] Compress(byte[] bytes, Func<Stream, Stream> into)
        {
            using var result = new MemoryStream();
            using (var stream = into(result))
            {
                stream.Write(bytes);
            }

            return result.ToArray();
        }
    }
}
