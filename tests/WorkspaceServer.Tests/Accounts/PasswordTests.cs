using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Accounts.Passwords;
using WorkspaceServer.Hosting;
using Xunit;

namespace WorkspaceServer.Tests.Accounts;

public sealed class PasswordTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("brown cats under the table", true)]
    [InlineData("Xk29-fj4!mmQ", true)]
    [InlineData("twelve chars", true)]
    [InlineData("eleven char", false)]
    [InlineData("", false)]
    [InlineData("password1234", false)]
    [InlineData("PassWord1234", false)]
    [InlineData("correct horse battery staple", false)]
    [InlineData("aaaaaaaaaaaaaaaa", false)]
    [InlineData("abcabcabcabcabc", false)]
    [InlineData("123412341234", false)]
    [InlineData("kesarvan2026", false)]
    [InlineData("asha.kesarvan@example.in", false)]
    [InlineData("Asha Kesarvan!!", false)]
    [InlineData("asha likes brown cats", true)]
    public void LongOnesAreTaken_GuessableOnesAreNot(string password, bool isTaken) =>
        Assert.Equal(isTaken, PasswordRules.Fault(password, "asha.kesarvan@example.in", "Asha Kesarvan", PasswordHashKind.Argon2id) is null);

    [Theory]
    [InlineData(PasswordRules.MaxLength, nameof(PasswordHashKind.Argon2id), true)]
    [InlineData(PasswordRules.MaxLength + 1, nameof(PasswordHashKind.Argon2id), false)]
    [InlineData(PasswordRules.MaxBcryptBytes, nameof(PasswordHashKind.Bcrypt), true)]
    [InlineData(PasswordRules.MaxBcryptBytes + 1, nameof(PasswordHashKind.Bcrypt), false)]
    public void TheLengthHasABound(int length, string kind, bool isTaken)
    {
        var password = string.Concat(Enumerable.Range(0, length).Select(i => (char)('a' + (i * 7 % 26))));

        Assert.Equal(isTaken, PasswordRules.Fault(password, "x@example.in", "", Enum.Parse<PasswordHashKind>(kind)) is null);
    }

    [Fact]
    public async Task APasswordIsTakenAsItWasTyped()
    {
        using var hasher = new PasswordHasher(new AuthOptions());

        var verifier = await hasher.CreateAsync(" रमेश caf\u00e9 under the roof", Cancel);

        Assert.True(await hasher.VerifyAsync(" रमेश caf\u00e9 under the roof", verifier, Cancel));
        Assert.False(await hasher.VerifyAsync("रमेश caf\u00e9 under the roof", verifier, Cancel));
        Assert.False(await hasher.VerifyAsync(" रमेश cafe under the roof", verifier, Cancel));
    }

    [Theory]
    [Trait("claim", "B14")]
    [InlineData(nameof(PasswordHashKind.Argon2id), "$argon2id$v=19$m=47104,t=1,p=1$")]
    [InlineData(nameof(PasswordHashKind.Bcrypt), "$2b$12$")]
    public async Task TheKindAndCostAreAsSet(string kind, string start)
    {
        using var hasher = new PasswordHasher(new AuthOptions { PasswordHash = Enum.Parse<PasswordHashKind>(kind) });

        var verifier = await hasher.CreateAsync("brown cats under the table", Cancel);

        Assert.StartsWith(start, verifier, StringComparison.Ordinal);
        Assert.False(hasher.IsOutdated(verifier));
        Assert.True(await hasher.VerifyAsync("brown cats under the table", verifier, Cancel));
        Assert.False(await hasher.VerifyAsync("brown cats under the chair", verifier, Cancel));
        Assert.False(await hasher.VerifyAsync("brown cats under the table", null, Cancel));
        Assert.False(await hasher.VerifyAsync("brown cats under the table", "$2b$nonsense", Cancel));
    }

    [Fact]
    public async Task AsManyAsThereAreCoresAreHashedAtATime_AndAQueueThatIsFullSaysSo()
    {
        using var hasher = new PasswordHasher(new AuthOptions(), places: 0);
        using var stop = new CancellationTokenSource();
        var waiting = Enumerable.Range(0, PasswordHasher.MaxWaiting).Select(_ => hasher.CreateAsync("x", stop.Token)).ToArray();

        var refused = await Assert.ThrowsAsync<ProblemException>(() => hasher.CreateAsync("x", stop.Token));

        Assert.Equal(ProblemCodes.Busy, refused.Code);
        await stop.CancelAsync();
        Assert.All(await Task.WhenAll(waiting.Select(async each => await Record.ExceptionAsync(() => each))), error => Assert.IsType<OperationCanceledException>(error, exactMatch: false));
    }

    [Theory]
    [InlineData(19, 2, 12, 30, 12, true)]
    [InlineData(19, 1, 12, 30, 12, false)]
    [InlineData(46, 1, 12, 30, 12, true)]
    [InlineData(18, 2, 12, 30, 12, false)]
    [InlineData(513, 2, 12, 30, 12, false)]
    [InlineData(46, 11, 12, 30, 12, false)]
    [InlineData(46, 1, 9, 30, 12, false)]
    [InlineData(46, 1, 16, 30, 12, false)]
    [InlineData(46, 1, 12, 4, 12, false)]
    [InlineData(46, 1, 12, 5, 12, true)]
    [InlineData(46, 1, 12, 61, 12, false)]
    [InlineData(46, 1, 12, 30, 25, false)]
    public void SettingsHaveBounds(int mebibytes, int passes, int cost, int idle, int hours, bool isGood) => Assert.Equal(isGood, new AuthOptions.Validator().Validate(
        new AuthOptions { Argon2Mebibytes = mebibytes, Argon2Passes = passes, BcryptCost = cost, SessionIdleMinutes = idle, SessionHours = hours }).IsValid);
}
