using System.IO.Compression;
using System.Net;
using System.Text.RegularExpressions;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Dashboard;

/// <summary>The pages' own files over HTTP: small, kept for ever, under an address that changes with them.</summary>
public sealed partial class PageFilesTests
{
    [Theory]
    [InlineData("br")]
    [InlineData("gzip")]
    [InlineData("")]
    public async Task AFileIsSentInTheFormThatIsTaken(string encoding)
    {
        await using var server = await RunningServer.StartAsync();
        using var response = await server.SendAsync(HttpMethod.Get, PageFiles.UrlOf("app.css"), null, null, ("Accept-Encoding", encoding));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/css", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal(encoding, string.Concat(response.Content.Headers.ContentEncoding));
        Assert.Equal("public, max-age=31536000, immutable", response.Headers.GetValues("Cache-Control").Single().Replace("immutable, ", "", StringComparison.Ordinal));
        Assert.Equal("Accept-Encoding", response.Headers.Vary.Single());
        Assert.Contains("--accent: #3346b8", await PlainAsync(response), StringComparison.Ordinal);
    }

    /// <summary>All that a page can ever load, as it goes over the wire; and nothing in it is anybody's.</summary>
    [Fact]
    [Trait("claim", "B5")]
    [Trait("claim", "D12")]
    [Trait("claim", "D43")]
    public async Task TheFilesAreKeptForEver_WeighLittle_AndHoldNoSecret()
    {
        const int MostBytes = 300_000;
        await using var server = await RunningServer.StartAsync();
        var bytes = 0L;
        foreach (var name in PageFiles.Names)
        {
            foreach (var encoding in (string[])["gzip", "br"])
            {
                using var response = await server.SendAsync(HttpMethod.Get, PageFiles.UrlOf(name), null, null, ("Accept-Encoding", encoding));
                Assert.Equal(encoding, response.Content.Headers.ContentEncoding.Single());
                Assert.Contains("immutable", response.Headers.GetValues("Cache-Control").Single(), StringComparison.Ordinal);
                Assert.Matches($"^/assets/{Path.GetFileNameWithoutExtension(name)}-[0-9a-f]{{16}}{Path.GetExtension(name)}$", PageFiles.UrlOf(name));
                bytes += encoding == "br" ? (await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).Length : 0;
                Assert.Empty(SecretShapes.In(await PlainAsync(response)));
            }
        }

        Assert.InRange(bytes, 1, MostBytes);
    }

    /// <summary>The scan finds one of each kind where there is one.</summary>
    [Theory]
    [Trait("claim", "D72")]
    [InlineData("wsp_", "pair_0123456789abcdefghijklmn")]
    [InlineData("AGE-SECRET-", "KEY-1QQQQQQQQQQQQQQQQQQQQQQQQ")]
    [InlineData("-----BEGIN EC PRIV", "ATE KEY-----")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9", ".eyJzdWIiOiIxMjM0NTYifQ.c2lnbmF0dXJl")]
    [InlineData("AKIA", "ABCDEFGHIJKLMNOP")]
    [InlineData("whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    public void AnyOfThemWouldBeFound(string begin, string end)
    {
        Assert.Single(SecretShapes.In($"<p data-x=\"{begin}{end}\">"));
        Assert.Empty(SecretShapes.In(begin));
    }

    [Fact]
    public async Task ACodingWithQualityZeroIsNotSent()
    {
        await using var server = await RunningServer.StartAsync();
        using var response = await server.SendAsync(HttpMethod.Get, PageFiles.UrlOf("app.css"), null, null, ("Accept-Encoding", "br;q=0, gzip"));

        Assert.Equal("gzip", response.Content.Headers.ContentEncoding.Single());
    }

    [Fact]
    public async Task WhatABrowserHasIsNotSentAgain_AndEachFormHasItsOwnTag()
    {
        await using var server = await RunningServer.StartAsync();
        using var plain = await server.SendAsync(HttpMethod.Get, PageFiles.UrlOf("icons.svg"), null);
        using var packed = await server.SendAsync(HttpMethod.Get, PageFiles.UrlOf("icons.svg"), null, null, ("Accept-Encoding", "br"));
        using var again = await server.SendAsync(HttpMethod.Get, PageFiles.UrlOf("icons.svg"), null, null, ("If-None-Match", plain.Headers.ETag!.ToString()));

        Assert.NotEqual(plain.Headers.ETag, packed.Headers.ETag);
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
    }

    [Theory]
    [InlineData("/assets/app.css")]
    [InlineData("/assets/app-0000000000000000.css")]
    [InlineData("/assets/..%2f..%2fserver.env")]
    [InlineData("/assets/tokens.css")]
    public async Task NothingElseIsThere(string path)
    {
        await using var server = await RunningServer.StartAsync();
        using var response = await server.SendAsync(HttpMethod.Get, path, null);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public void TheDarkColoursAreWrittenTwiceAlike()
    {
        var blocks = DarkBlock().Matches(Architecture.Repository.FilesUnder("src/WorkspaceServer/Dashboard/wwwroot/styles/", "tokens.css").Single().Text)
            .Select(match => string.Join('\n', match.Groups[1].Value.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))).ToList();

        Assert.Equal(2, blocks.Count);
        Assert.Equal(blocks[0], blocks[1]);
    }

    [Fact]
    public void EveryIconThatIsNamedExists()
    {
        var sprite = Architecture.Repository.FilesUnder("src/WorkspaceServer/Dashboard/wwwroot/", "icons.svg").Single().Text;
        var drawn = Drawn().Matches(sprite).Select(match => match.Groups[1].Value).ToHashSet();
        var named = Architecture.Repository.FilesUnder("src/WorkspaceServer/", ".razor")
            .SelectMany(file => Named().Matches(file.Text).Select(match => match.Groups[1].Value)).ToList();

        Assert.NotEmpty(named);
        Assert.DoesNotContain(named, name => !drawn.Contains(name));
    }

    private static async Task<string> PlainAsync(HttpResponseMessage response)
    {
        await using var body = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        using var reader = new StreamReader(response.Content.Headers.ContentEncoding.SingleOrDefault() switch
        {
            "br" => new BrotliStream(body, CompressionMode.Decompress),
            "gzip" => new GZipStream(body, CompressionMode.Decompress),
            _ => body,
        });
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    [GeneratedRegex(@":root(?::not\(\[data-theme=""light""\]\)|\[data-theme=""dark""\]) \{([^}]*)\}")]
    private static partial Regex DarkBlock();

    [GeneratedRegex(@"<symbol id=""([a-z-]+)""")]
    private static partial Regex Drawn();

    [GeneratedRegex(@"(?:<Icon Name|\bIcon)=""([a-z-]+)""")]
    private static partial Regex Named();
}
