using System.Text.Json;
using WorkspaceServer.Features.Mcp;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Mcp;

public sealed class ClientNameTests
{
    [Theory]
    [InlineData("""{"params":{"clientInfo":{"name":"Claude","version":"1.2"}}}""", "agent", "Claude/1.2")]
    [InlineData("""{"params":{"clientInfo":{"name":5}}}""", "agent", "?/?")]
    [InlineData("""{"params":{"_meta":[]}}""", "agent", "agent")]
    [InlineData("""{"params":[]}""", "", "unknown")]
    [InlineData("{}", "a\r\nb\u001b[31m", "ab[31m")]
    public void TheNameIsWhatTheMessageOrTheHeaderSays(string message, string userAgent, string expected) =>
        Assert.Equal(expected, ClientName.Read(JsonElement.Parse(message), userAgent));

    [Fact]
    public void TheNameOfAModernRequestStandsInItsMeta() =>
        Assert.Equal("by-hand/1.0", ClientName.Read(JsonElement.Parse(McpCalls.ModernCall("fetch", "{}")), "agent"));

    [Theory]
    [InlineData(ClientName.MaxLength)]
    [InlineData(ClientName.MaxLength + 1)]
    public void TheNameHasABoundedLength(int length) =>
        Assert.Equal(ClientName.MaxLength, ClientName.Read(JsonElement.Parse("{}"), new string('a', length)).Length);
}
