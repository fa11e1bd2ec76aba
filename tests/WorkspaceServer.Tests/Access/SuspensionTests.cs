using System.Diagnostics;
using System.Net;
using System.Text;
using WorkspaceServer.Control;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Access;

/// <summary>A suspension stops all that acts for the member within a second, while the server is busy, from whatever process it comes.</summary>
[Collection(Sandbox.AloneCollection.Name)]
public sealed class SuspensionTests
{
    private const int Callers = 8;
    private static readonly TimeSpan Felt = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [Trait("claim", "B25")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ItIsFeltWithinASecondUnderLoad(bool fromAnotherProcess)
    {
        await using var house = await AccessHouse.StartAsync();
        house.Person(house.Workspace, Role.Owner);
        var member = house.Person(house.Workspace, Role.Member);
        // One caller in four is the member in a browser, the others are AI clients with tokens of theirs.
        var callers = Enumerable.Range(0, Callers).Select(i => new LoadCaller(house, member, i % 4 == 0 ? null : house.Token(house.Workspace, member))).ToArray();
        using var stop = new CancellationTokenSource();
        var running = callers.Select(caller => Task.Run(() => caller.RunAsync(stop.Token))).ToArray();
        await Task.WhenAll(callers.Select(caller => caller.IsWarm)).WaitAsync(Patience, Cancel);

        using var control = ControlDatabase.Open(house.Server.Workspaces.Folder, house.Server.Workspaces.Master);
        var memberships = fromAnotherProcess
            ? new Memberships(new MembershipStore(control), house.Server.Workspaces.Audit, new ChangeCounter(control, TimeProvider.System), TimeProvider.System)
            : house.Memberships;
        memberships.Suspend(Principal.Operator, house.Workspace, member);
        var suspended = Stopwatch.GetTimestamp();
        await Task.WhenAll(callers.Select(caller => caller.IsRefused)).WaitAsync(Patience, Cancel);
        await stop.CancelAsync();
        await Task.WhenAll(running);

        Assert.All(callers, caller =>
        {
            Assert.InRange(Stopwatch.GetElapsedTime(suspended, caller.LastAllowed), TimeSpan.FromHours(-1), Felt);
            Assert.Equal(caller.Token is null ? HttpStatusCode.Forbidden : HttpStatusCode.Unauthorized, caller.Refusal);
        });

        memberships.Unsuspend(Principal.Operator, house.Workspace, member);
        house.Server.Workspaces.Changes.Changed();
        Assert.All(await Task.WhenAll(callers.Select(caller => caller.CallAsync())), status => Assert.Equal(HttpStatusCode.OK, status));
    }

    /// <summary>Asks again and again, and remembers when it was last let in.</summary>
    private sealed class LoadCaller(AccessHouse house, string member, string? token)
    {
        private readonly TaskCompletionSource warm = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource refused = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string? Token => token;

        public Task IsWarm => warm.Task;

        public Task IsRefused => refused.Task;

        /// <summary>When the last call that was let in began.</summary>
        public long LastAllowed { get; private set; }

        public HttpStatusCode Refusal { get; private set; }

        public async Task RunAsync(CancellationToken stop)
        {
            while (!stop.IsCancellationRequested)
            {
                var begun = Stopwatch.GetTimestamp();
                var status = await CallAsync();
                if (status == HttpStatusCode.OK)
                {
                    LastAllowed = begun;
                    warm.TrySetResult();
                }
                else
                {
                    Refusal = status;
                    refused.TrySetResult();
                }
            }
        }

        public async Task<HttpStatusCode> CallAsync()
        {
            using var response = token is null
                ? await house.GetAsync(member, house.In("/members"))
                : await house.Server.SendAsync(HttpMethod.Post, "/mcp", token, new StringContent(McpCalls.ListTools, Encoding.UTF8, "application/json"), McpCalls.Accept);
            return response.StatusCode;
        }
    }
}
