using System.Diagnostics;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Testing;

namespace WorkspaceServer.Benchmarks;

/// <summary>What one question to the policy costs: for a person who is known, and for one who has to be read again after a change.</summary>
internal static class AccessBenchmark
{
    private const int Questions = 2_000_000;
    private const int Changes = 500;

    public static async Task RunAsync(Report report)
    {
        await using var workspaces = new TemporaryWorkspaces();
        var workspace = workspaces.Create();
        var person = workspaces.AddPerson("bench@example.com");
        using var connection = workspaces.Control.Open();
        MembershipStore.Add(connection, workspace, person, Role.Member, workspaces.Clock.GetUtcNow());
        var principal = Principal.Person(person);
        if (!workspaces.Policy.May(principal, Permissions.QueryRun, workspace).IsAllowed)
        {
            throw new InvalidOperationException("The member may not query.");
        }

        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < Questions; i++)
        {
            workspaces.Policy.May(principal, Permissions.QueryRun, workspace);
        }

        report.Row("a decision of the policy, person known", "≤ 10 µs", Stopwatch.GetElapsedTime(started).TotalMicroseconds / Questions, 10, "µs");
        var total = TimeSpan.Zero;
        for (var i = 0; i < Changes; i++)
        {
            connection.Execute("UPDATE change_counter SET revision = revision + 1");
            workspaces.Changes.Changed();
            started = Stopwatch.GetTimestamp();
            workspaces.Policy.May(principal, Permissions.QueryRun, workspace);
            total += Stopwatch.GetElapsedTime(started);
        }

        report.Row("a decision of the policy, after a change", "≤ 1,000 µs", total.TotalMicroseconds / Changes, 1_000, "µs");
    }
}
