using WorkspaceServer.Dashboard;
using Xunit;

namespace WorkspaceServer.Tests.Dashboard;

public sealed class FormatsTests
{
    [Theory]
    [InlineData(0, "0")]
    [InlineData(999, "999")]
    [InlineData(1_000, "1,000")]
    [InlineData(1_00_000, "1,00,000")]
    [InlineData(12_18_400, "12,18,400")]
    [InlineData(5_00_00_000, "5,00,00,000")]
    [InlineData(-1_234, "−1,234")]
    [InlineData(long.MaxValue, "92,23,37,20,36,85,47,75,807")]
    [InlineData(long.MinValue, "−92,23,37,20,36,85,47,75,808")]
    public void NumbersAreGroupedAsInIndia(long value, string text) => Assert.Equal(text, Formats.Number(value));

    [Theory]
    [InlineData("1218400.5", "12,18,400.50")]
    [InlineData("0", "0.00")]
    [InlineData("-0.005", "−0.01")]
    [InlineData("-99.99", "−99.99")]
    public void MoneyHasTwoDecimalsAndATrueMinus(string value, string text) =>
        Assert.Equal(text, Formats.Money(decimal.Parse(value, System.Globalization.CultureInfo.InvariantCulture)));

    [Theory]
    [InlineData("1218400.5", "12,18,400.5")]
    [InlineData("-999899999999999.3001", "−99,98,99,99,99,99,999.3001")]
    [InlineData("0", "0")]
    [InlineData("123456789012345678901234567890.12", "1,23,45,67,89,01,23,45,67,89,01,23,45,67,890.12")]
    [InlineData("", "")]
    [InlineData("<b>", "<b>")]
    public void AnExactNumberKeepsEveryDigit(string digits, string text) => Assert.Equal(text, Formats.Exact(digits));

    // 18:30 in Greenwich is midnight in India.
    [Theory]
    [InlineData("2026-09-29T18:29:59Z", "29 Sep 2026")]
    [InlineData("2026-09-29T18:30:00Z", "30 Sep 2026")]
    [InlineData("2026-01-01T00:00:00Z", "1 Jan 2026")]
    public void DaysAreIndias(string time, string text) => Assert.Equal(text, Formats.Date(Time(time)));

    [Theory]
    [InlineData("2026-10-09T05:15:30Z", "now")]
    [InlineData("2026-10-09T05:15:00Z", "10:45")]
    [InlineData("2026-10-08T18:30:00Z", "00:00")]
    [InlineData("2026-10-08T18:29:59Z", "yesterday")]
    [InlineData("2026-10-07T18:29:59Z", "7 Oct 2026")]
    [InlineData("2026-10-09T05:16:30Z", "now")]
    [InlineData("2026-10-09T09:16:00Z", "14:46")]
    [InlineData("2026-10-09T18:30:00Z", "tomorrow, 00:00")]
    [InlineData("2026-10-10T18:30:00Z", "11 Oct 2026")]
    public void WhatWasSeenTodayHasATime(string time, string text) =>
        Assert.Equal(text, Formats.Seen(Time(time), Time("2026-10-09T05:16:00Z")));

    [Fact]
    public void MachinesReadGreenwichTime() => Assert.Equal("2026-10-08T18:30:00Z", Formats.Machine(new DateTimeOffset(2026, 10, 9, 0, 0, 0, new TimeSpan(5, 30, 0))));

    [Theory]
    [InlineData("Asha Kulkarni", "AK")]
    [InlineData("asha", "A")]
    [InlineData("asha@kesarvan.example", "AK")]
    [InlineData("Asha Rani Kulkarni", "AR")]
    [InlineData("मनीषा देशमुख", "मदे")]
    [InlineData("😀 smile", "😀S")]
    [InlineData("  ", "")]
    public void InitialsAreWholeLetters(string name, string initials) => Assert.Equal(initials, Formats.Initials(name));

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
