using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using MimeKit;
using SmtpServer;
using SmtpServer.ComponentModel;
using SmtpServer.Protocol;
using SmtpServer.Storage;
using WorkspaceServer.Features.Mail;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault.Databases;
using Xunit;

namespace WorkspaceServer.Tests.Mail;

/// <summary>Mails leave through a real mail server on loopback, or lie in a folder.</summary>
public sealed class MailTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task AMailServerTakesTheMail()
    {
        var store = new Store();
        var port = FreePort();
        var services = new ServiceProvider();
        services.Add(store);
        var server = new SmtpServer.SmtpServer(new SmtpServerOptionsBuilder().ServerName("localhost").Port(port).Build(), services);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var running = server.StartAsync(stop.Token);
        var options = new MailOptions { Host = "127.0.0.1", Port = port, Security = MailSecurity.None, From = "server@example.in" };

        await new SmtpTransport(options).SendAsync(Text().ToMessage(options.From, clock.GetUtcNow()), Cancel);

        var mail = await store.Taken.Task.WaitAsync(TimeSpan.FromSeconds(20), Cancel);
        Assert.Equal("server@example.in", mail.From.ToString());
        Assert.Equal("asha@example.in", mail.To.ToString());
        Assert.Equal("Sign in <now>", mail.Subject);
        Assert.Equal(new Uri("https://ws.example.in/x?token=1&y=2"), MailRecorder.LinkIn(mail));
        Assert.Contains("<a href=\"https://ws.example.in/x?token=1&amp;y=2\">Go &lt;on&gt;</a>", mail.HtmlBody, StringComparison.Ordinal);
        Assert.Equal("auto-generated", mail.Headers["Auto-Submitted"]);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task AMailServerThatCannotEncryptIsRefused()
    {
        var port = FreePort();
        var services = new ServiceProvider();
        services.Add(new Store());
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var running = new SmtpServer.SmtpServer(new SmtpServerOptionsBuilder().ServerName("localhost").Port(port).Build(), services).StartAsync(stop.Token);

        await Assert.ThrowsAsync<NotSupportedException>(() => new SmtpTransport(new MailOptions { Host = "127.0.0.1", Port = port }).SendAsync(
            Text().ToMessage("server@example.in", clock.GetUtcNow()), Cancel));
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task WithoutAMailServerMailsLieInAFolderForTheirOwnerOnly()
    {
        var data = DataFolder.Create(folder.File("data"));
        var spool = new SpoolTransport(data, clock);

        await spool.SendAsync(Text().ToMessage("server@example.in", clock.GetUtcNow()), Cancel);

        var file = Assert.Single(Directory.GetFiles(data.Mail));
        Assert.EndsWith(".eml", file, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Empty(data.FindOpenToOthers());
        Assert.Equal(new Uri("https://ws.example.in/x?token=1&y=2"), MailRecorder.LinkIn(await MimeMessage.LoadAsync(file, Cancel)));
    }

    [Fact]
    public async Task OnlyTheNewestMailsAreKept()
    {
        var data = DataFolder.Create(folder.File("data"));
        data.CreateMail();
        for (var i = 0; i < SpoolTransport.MaxMails; i++)
        {
            await File.WriteAllTextAsync(Path.Combine(data.Mail, $"00{i:0000}.eml"), "old", Cancel);
        }

        await new SpoolTransport(data, clock).SendAsync(Text().ToMessage("server@example.in", clock.GetUtcNow()), Cancel);

        Assert.Equal(SpoolTransport.MaxMails, Directory.GetFiles(data.Mail).Length);
        Assert.False(File.Exists(Path.Combine(data.Mail, "000000.eml")));
        Assert.True(File.Exists(Path.Combine(data.Mail, "000001.eml")));
    }

    [Theory]
    [InlineData("mail.example.in", nameof(MailSecurity.None), "", "", false)]
    [InlineData("127.0.0.1", nameof(MailSecurity.None), "", "", true)]
    [InlineData("mail.example.in", nameof(MailSecurity.Tls), "", "", true)]
    [InlineData("mail.example.in", nameof(MailSecurity.StartTls), "user", "", false)]
    [InlineData("mail.example.in", nameof(MailSecurity.StartTls), "user", "/etc/workspace-server/keys/mail.password", true)]
    [InlineData("mail.example.in:25", nameof(MailSecurity.StartTls), "", "", false)]
    [InlineData("", nameof(MailSecurity.None), "", "", true)]
    public void SettingsHaveBounds(string host, string security, string user, string file, bool isGood) =>
        Assert.Equal(isGood, new MailOptions.Validator().Validate(new MailOptions { Host = host, Security = Enum.Parse<MailSecurity>(security), User = user, PasswordFile = file }).IsValid);

    [Fact]
    public void ThePasswordIsInAFileThatNobodyElseReads()
    {
        var file = folder.File("mail.password");
        Assert.Throws<ProblemException>(() => SmtpTransport.ReadPassword(file));
        File.WriteAllText(file, "s3cret\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.Throws<ProblemException>(() => SmtpTransport.ReadPassword(file));
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        Assert.Equal("s3cret", SmtpTransport.ReadPassword(file));
    }

    [Fact]
    public async Task OneMailThatCannotBeWrittenStopsNoOther_AndAFullQueueSaysSo()
    {
        var recorder = new MailRecorder();
        using var queue = new MailQueue(recorder, new MailOptions(), clock, NullLogger<MailQueue>.Instance);
        queue.Enqueue(() => throw new InvalidOperationException("broken"));
        queue.Enqueue(() => Task.FromResult<MailText?>(null));
        queue.Enqueue(() => Task.FromResult<MailText?>(Text()));
        for (var i = 3; i < MailQueue.MaxWaiting; i++)
        {
            queue.Enqueue(() => Task.FromResult<MailText?>(null));
        }

        Assert.Equal(ProblemCodes.Busy, Assert.Throws<ProblemException>(() => queue.Enqueue(() => Task.FromResult<MailText?>(Text()))).Code);
        await queue.StartAsync(Cancel);
        Assert.Equal("asha@example.in", (await recorder.NextAsync(Cancel)).To.ToString());
        await queue.StopAsync(Cancel);
    }

    private static MailText Text() => new("asha@example.in", "Sign in <now>", "Before & <b>", "https://ws.example.in/x?token=1&y=2", "Go <on>", "After");

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private sealed class Store : MessageStore
    {
        public TaskCompletionSource<MimeMessage> Taken { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override async Task<SmtpResponse> SaveAsync(ISessionContext context, IMessageTransaction transaction, ReadOnlySequence<byte> buffer, CancellationToken cancellationToken)
        {
            using var stream = new MemoryStream(buffer.ToArray());
            Taken.SetResult(await MimeMessage.LoadAsync(stream, cancellationToken));
            return SmtpResponse.Ok;
        }
    }
}
