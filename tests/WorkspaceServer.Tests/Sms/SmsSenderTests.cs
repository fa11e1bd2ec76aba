using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using WorkspaceServer.Features.Sms;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault.Databases;
using Xunit;

namespace WorkspaceServer.Tests.Sms;

/// <summary>Short messages leave through a real gateway on loopback, or lie in a folder.</summary>
public sealed class SmsSenderTests : IDisposable
{
    private static readonly SmsText Message = new("+919876543210", "123456 is your code.");
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    [Trait("claim", "A12")]
    public async Task AGatewayIsSentTheMessageWithItsSecret()
    {
        string? seen = null;
        await using var gateway = await StartAsync(async context =>
        {
            seen = $"{context.Request.Method} {context.Request.Path} {context.Request.Headers.Authorization} {context.Request.ContentType}\n{await new StreamReader(context.Request.Body).ReadToEndAsync(Cancel)}";
            context.Response.StatusCode = StatusCodes.Status202Accepted;
        });
        using var sender = new GatewaySender(Options(gateway) with { From = "BOOKS" });

        await sender.SendAsync(Message, Cancel);

        Assert.Equal("POST /send Bearer s3cret application/json; charset=utf-8\n{\"to\":\"\\u002B919876543210\",\"text\":\"123456 is your code.\",\"from\":\"BOOKS\"}", seen);
        using var body = JsonDocument.Parse(seen!.Split('\n')[1]);
        Assert.Equal(Message.To, body.RootElement.GetProperty("to").GetString());
    }

    [Fact]
    public async Task AGatewayThatRefusesRedirectsOrSaysNothingHasNotTakenIt()
    {
        var asked = 0;
        using var stop = new CancellationTokenSource();
        await using var gateway = await StartAsync(async context =>
        {
            asked++;
            if (asked == 2)
            {
                context.Response.Redirect("/elsewhere");
                return;
            }

            if (asked == 3)
            {
                await Task.Delay(Timeout.Infinite, stop.Token).ContinueWith(_ => { }, TaskScheduler.Default);
            }

            context.Response.StatusCode = StatusCodes.Status403Forbidden;
        });
        using var sender = new GatewaySender(Options(gateway) with { TimeoutSeconds = 1 });

        for (var i = 1; i <= 3; i++)
        {
            await Assert.ThrowsAsync<HttpRequestException>(() => sender.SendAsync(Message, Cancel));
            Assert.Equal(i, asked);
        }

        await stop.CancelAsync();
    }

    [Fact]
    public async Task WithoutAGatewayMessagesLieInAFolderForTheirOwnerOnly()
    {
        var data = DataFolder.Create(folder.File("data"));
        var clock = new FakeTimeProvider();
        var sender = new SpoolSender(data, clock);
        for (var i = 0; i <= SpoolSender.MaxMessages; i++)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await sender.SendAsync(Message with { Text = $"{i}" }, Cancel);
        }

        var files = Directory.GetFiles(data.Mail).Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(SpoolSender.MaxMessages, files.Length);
        Assert.Equal("To: +919876543210\n\n1\n", await File.ReadAllTextAsync(files[0], Cancel));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(files[0]));
    }

    [Theory]
    [InlineData("https://sms.example.in/send", "x", true)]
    [InlineData("http://127.0.0.1:8080/send", "x", true)]
    [InlineData("http://sms.example.in/send", "x", false)]
    [InlineData("https://name:word@sms.example.in/", "x", false)]
    [InlineData("ftp://sms.example.in/", "x", false)]
    [InlineData("", "x", false)]
    [InlineData("https://sms.example.in/send", "", false)]
    [InlineData("https://sms.example.in/send", "x\ny", false)]
    public void OnlyAnEncryptedGatewayWithASecretWillDo(string url, string secret, bool isGood)
    {
        Assert.Equal(isGood, new SmsOptions.Validator().Validate(new SmsOptions { Sender = SmsSenderKind.Gateway, GatewayUrl = url, GatewaySecret = secret }).IsValid);
        Assert.True(new SmsOptions.Validator().Validate(new SmsOptions { GatewayUrl = url, GatewaySecret = secret }).IsValid);
    }

    [Theory]
    [InlineData(0, 1, 0, false)]
    [InlineData(1, 1, 20, true)]
    [InlineData(60, 100_000, 0, true)]
    [InlineData(61, 1, 0, false)]
    [InlineData(1, 0, 0, false)]
    [InlineData(1, 100_001, 0, false)]
    [InlineData(1, 1, 21, false)]
    public void SettingsHaveBounds(int seconds, int perDay, int from, bool isGood) => Assert.Equal(isGood, new SmsOptions.Validator().Validate(
        new SmsOptions { TimeoutSeconds = seconds, MessagesPerDay = perDay, From = new string('x', from) }).IsValid);

    private static SmsOptions Options(WebApplication gateway) => new() { Sender = SmsSenderKind.Gateway, GatewayUrl = gateway.Urls.Single() + "/send", GatewaySecret = "s3cret" };

    private static async Task<WebApplication> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var gateway = builder.Build();
        gateway.Run(answer);
        await gateway.StartAsync(Cancel);
        return gateway;
    }
}
