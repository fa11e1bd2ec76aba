using System.Net;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using Xunit;

namespace WorkspaceServer.Tests.OAuth;

/// <summary>The switch that keeps every AI client out: of one workspace by its owner, of all by a super admin.</summary>
public sealed class AiStopTests : IAsyncLifetime
{
    private OAuthHouse house = null!;

    private WorkspaceId Workspace => house.Server.Workspace;

    private AiStops Stops => house.Server.Get<AiStops>();

    public async ValueTask InitializeAsync() => house = await OAuthHouse.StartAsync();

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Fact]
    [Trait("claim", "C45")]
    [Trait("action", nameof(AuditActions.AiStopped))]
    [Trait("action", nameof(AuditActions.AiAllowed))]
    public async Task AnOwnerSwitchesAiOffAndOn_AndPagesGoOnMeanwhile()
    {
        var connected = await house.ConnectAsync();
        await PressAsync("/stop");
        var stopped = await house.CallAsync(connected.Access);
        var token = await house.CallAsync(house.Server.Token());
        var page = await house.Browser.GetAsync($"/w/{Workspace}/clients");
        var tables = await house.Browser.GetAsync($"/w/{Workspace}/tables");
        await PressAsync("/stop");
        await PressAsync("/allow");
        var allowed = await house.CallAsync(connected.Access);

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden), (stopped.Status, token.Status));
        Assert.Contains("ai_stopped", stopped.Body, StringComparison.Ordinal);
        Assert.Contains("AI is switched off for this workspace.", page.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, tables.Status);
        Assert.Equal(HttpStatusCode.OK, allowed.Status);
        // Pressed twice, it was done once.
        Assert.Equal("ai.stopped\nai.allowed", house.Dump("SELECT action FROM audit_entry WHERE action LIKE 'ai.%' AND actor_id = @owner ORDER BY seq", ("@owner", house.Owner)));
    }

    [Fact]
    [Trait("claim", "C45")]
    public async Task TheServersSwitchCoversEveryWorkspace_AndNoOwnerUndoesIt()
    {
        var connected = await house.ConnectAsync();
        Stops.Stop(Principal.Operator, workspace: null);
        await PressAsync("/allow");
        var stopped = await house.CallAsync(connected.Access);
        var page = await house.Browser.GetAsync($"/w/{Workspace}/clients");
        Stops.Allow(Principal.Operator, workspace: null);

        Assert.Equal(HttpStatusCode.Forbidden, stopped.Status);
        Assert.Contains("AI is switched off for the whole server.", page.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await house.CallAsync(connected.Access)).Status);
    }

    [Fact]
    public async Task OneWorkspacesSwitchLeavesTheOthersAlone()
    {
        var connected = await house.ConnectAsync();
        Stops.Stop(Principal.Operator, house.Server.Workspaces.Create());

        Assert.Equal(HttpStatusCode.OK, (await house.CallAsync(connected.Access)).Status);
    }

    [Theory]
    [InlineData("/api/v1/admin/ai-stop")]
    [InlineData("/operator/ai/stop")]
    public async Task AnOwnerDoesNotReachTheServersSwitch(string path)
    {
        var page = await house.Browser.GetAsync($"/w/{Workspace}/clients");
        var answer = path.StartsWith("/api", StringComparison.Ordinal) ? await house.Browser.GetAsync(path) : await house.Browser.SubmitAsync(path, [], page.Token);

        Assert.Contains(answer.Status, new[] { HttpStatusCode.Forbidden, HttpStatusCode.NotFound });
        Assert.Null(Stops.OfServer());
    }

    private async Task PressAsync(string button)
    {
        var page = await house.Browser.GetAsync($"/w/{Workspace}/clients");
        Assert.Equal(HttpStatusCode.SeeOther, (await house.Browser.SubmitAsync($"/w/{Workspace}/clients{button}", [], page.Token)).Status);
    }
}
