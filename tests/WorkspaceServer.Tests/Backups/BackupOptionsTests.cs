using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using WorkspaceServer.Age;
using WorkspaceServer.Commands;
using WorkspaceServer.Features.Backups;
using WorkspaceServer.Hosting;
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
        Country = "IN",
    };

    private static readonly ResidencyOptions India = new() { Country = "IN", Region = "ap-south-1", AllowedCountries = ["IN"] };

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
        Assert.Contains("Residency:Region", Assert.Single(Wrong(S3, India with { Region = "" })), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("claim", "A39")]
    public void ACountryThatIsNotAllowedIsRefused()
    {
        Assert.Contains("AllowedCountries", Assert.Single(Wrong(S3 with { Country = "US" })), StringComparison.Ordinal);
        Assert.Single(Wrong(S3 with { Country = "" }));
        Assert.Empty(Wrong(S3 with { Country = "US" }, India with { AllowedCountries = [] }));
        // A folder is on this machine, unless it is said to be elsewhere.
        Assert.Empty(Wrong(new BackupOptions()));
        Assert.Single(Wrong(new BackupOptions { Country = "SG" }));
    }

    [Theory]
    [Trait("claim", "A39")]
    [InlineData("https://s3.us-east-1.amazonaws.com", "ap-south-2", false)]
    [InlineData("https://s3.amazonaws.com", "us-east-1", false)]
    [InlineData("https://s3.ap-south-2.amazonaws.com", "ap-south-2", true)]
    [InlineData("https://s3.example.in", "us-east-1", true)]
    public void ARegionThatIsKnownToBeElsewhereIsRefused(string endpoint, string region, bool isGood) =>
        Assert.Equal(isGood, Wrong(S3 with { Endpoint = endpoint, Region = region }).Length == 0);

    [Theory]
    [Trait("claim", "A39")]
    [InlineData("IN", "IN", true)]
    [InlineData("in", "IN", true)]
    [InlineData("SG", "IN", false)]
    [InlineData("", "IN", false)]
    [InlineData("IND", "", false)]
    [InlineData("IN", "IND", false)]
    [InlineData("", "", true)]
    public void TheMachineItselfStandsInAnAllowedCountry(string country, string allowed, bool isGood) =>
        Assert.Equal(isGood, new ResidencyOptions.Validator().Validate(new ResidencyOptions { Country = country, AllowedCountries = allowed.Length == 0 ? [] : [allowed] }).IsValid);

    [Fact]
    [Trait("claim", "A39")]
    public void BothSectionsAreComparedBeforeTheServerStarts()
    {
        Dictionary<string, string?> settings = new() { ["Residency:Country"] = "IN", ["Residency:AllowedCountries:0"] = "IN", ["Backup:Country"] = "SG" };
        using var services = Composition.BuildServices(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());

        var refused = Assert.Throws<ProblemException>(() => OptionsSections.ReadAll(services.GetServices<OptionsSection>(), services.GetRequiredService<IConfiguration>()));

        Assert.Equal(ExitCodes.BadConfiguration, refused.Code.ExitCode);
        Assert.Contains("Backup:Country", refused.Message, StringComparison.Ordinal);
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

    private static string[] Wrong(BackupOptions options, ResidencyOptions? residency = null) => [.. new BackupOptions.Validator(residency ?? India).Validate(options).Errors.Select(error => error.ErrorMessage)];
}
