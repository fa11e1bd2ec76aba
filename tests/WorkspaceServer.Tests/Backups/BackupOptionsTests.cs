using WorkspaceServer.Age;
using WorkspaceServer.Features.Backups;
using Xunit;

namespace WorkspaceServer.Tests.Backups;

/// <summary>Settings that would keep backups in the wrong place, or readable, stop the server before it listens.</summary>
public sealed class BackupOptionsTests
{
    private static readonly BackupOptions S3 = new()
    {
        Store = BackupStoreKind.S3,
        Endpoint = "https://s3.example.in",
        Bucket = "backups",
        AccessKeyId = "id",
        SecretAccessKey = "secret",
        Region = "ap-south-2",
        DataRegion = "ap-south-1",
        Country = "IN",
        AllowedCountries = ["IN"],
    };

    [Fact]
    public void TheDefaultsAreFineAndOff()
    {
        Assert.Empty(Wrong(new BackupOptions()));
        Assert.False(new BackupOptions().IsOn);
        Assert.Empty(Wrong(S3));
    }

    [Fact]
    [Trait("claim", "A95")]
    public void AStoreInTheRegionOfTheDataIsRefused_UnlessThatIsWanted()
    {
        Assert.Contains("is the region of this machine", Assert.Single(Wrong(S3 with { Region = "AP-SOUTH-1" })), StringComparison.Ordinal);
        Assert.Empty(Wrong(S3 with { Region = "ap-south-1", AllowSameRegion = true }));
        Assert.NotEmpty(Wrong(S3 with { DataRegion = "" }));
    }

    [Fact]
    public void ACountryThatIsNotAllowedIsRefused()
    {
        Assert.Contains("AllowedCountries", Assert.Single(Wrong(S3 with { Country = "US" })), StringComparison.Ordinal);
        Assert.Single(Wrong(S3 with { Country = "" }));
        Assert.Empty(Wrong(S3 with { Country = "US", AllowedCountries = [] }));
    }

    [Theory]
    [InlineData("http://s3.example.in", false)]
    [InlineData("http://127.0.0.1:4568", true)]
    [InlineData("ftp://s3.example.in", false)]
    [InlineData("https://user@s3.example.in", false)]
    [InlineData("s3.example.in", false)]
    public void AnEndpointIsHttpsOrThisMachine(string endpoint, bool isGood) => Assert.Equal(isGood, Wrong(S3 with { Endpoint = endpoint }).Length == 0);

    [Fact]
    public void RecipientsArePublicKeysOfOneKind()
    {
        using var classic = AgeIdentity.Create();
        using var hybrid = AgeIdentity.Create(postQuantum: true);

        Assert.Empty(Wrong(new BackupOptions { Recipients = [classic.Recipient.ToString(), classic.Recipient.ToString()] }));
        Assert.Empty(Wrong(new BackupOptions { Recipients = [hybrid.Recipient.ToString()] }));
        Assert.Single(Wrong(new BackupOptions { Recipients = [classic.Recipient.ToString(), hybrid.Recipient.ToString()] }));
        Assert.Single(Wrong(new BackupOptions { Recipients = [new string(classic.ToText())] }));
        Assert.Single(Wrong(new BackupOptions { Recipients = ["age1"] }));
    }

    [Theory]
    [InlineData("24:00", 5, 30)]
    [InlineData("2:00", 5, 30)]
    [InlineData("20:30", -1, 30)]
    [InlineData("20:30", 1441, 30)]
    [InlineData("20:30", 5, 0)]
    [InlineData("20:30", 5, 3651)]
    public void NumbersHaveTwoSides(string night, int packMinutes, int days) =>
        Assert.Single(Wrong(new BackupOptions { NightlyAt = night, PackMinutes = packMinutes, RetentionDays = days }));

    private static string[] Wrong(BackupOptions options) => [.. new BackupOptions.Validator().Validate(options).Errors.Select(error => error.ErrorMessage)];
}
