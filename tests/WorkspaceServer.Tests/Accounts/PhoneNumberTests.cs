using WorkspaceServer.Features.Accounts.Phones;
using Xunit;

namespace WorkspaceServer.Tests.Accounts;

public sealed class PhoneNumberTests
{
    // The bounds of E.164: at most 15 digits, of which the first is not 0.
    [Theory]
    [InlineData("+1234567", "+1234567")]
    [InlineData("+123456", null)]
    [InlineData("+123456789012345", "+123456789012345")]
    [InlineData("+1234567890123456", null)]
    [InlineData("+0234567890", null)]
    [InlineData("00491511234567", null)]
    [InlineData(" +49 (151) 123-45.678 ", "+4915112345678")]
    [InlineData("+1                                     234567", null)]
    [InlineData("+\u0669\u0668\u0667\u0666\u0665\u0664\u0663", null)]
    public void ANumberIsReadAsPeopleWriteIt(string typed, string? number) => Assert.Equal(number, PhoneNumber.TryParse(typed, out var read) ? read : null);
}
