using System.Diagnostics;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Accounts.Passwords;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Accounts.Sessions;
using WorkspaceServer.Testing;

namespace WorkspaceServer.Benchmarks;

/// <summary>How many passwords a core checks in a second, and what a session costs each request.</summary>
internal static class AccountsBenchmark
{
    private const string Password = "brown cats under the table";

    /// <summary>Keycloak's sizing guide promises this many password sign-ins per virtual CPU and second.</summary>
    private const double KeycloakPerCore = 15;

    private const int Checks = 20_000;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(5);

    public static async Task RunAsync(Report report)
    {
        await using var workspaces = new TemporaryWorkspaces();
        var people = new PeopleStore(workspaces.Control);
        var person = Person.New("asha@example.in", "Asha", SystemRole.User, TimeProvider.System.GetUtcNow());
        people.Add(person);
        using var hasher = new PasswordHasher(new AuthOptions());
        var verifier = await hasher.CreateAsync(Password, CancellationToken.None);

        await Loop.RunAsync(1, TimeSpan.FromSeconds(1), _ => hasher.VerifyAsync(Password, verifier, CancellationToken.None));
        var one = await Loop.RunAsync(1, Duration, _ => hasher.VerifyAsync(Password, verifier, CancellationToken.None));
        report.Row("passwords checked, one core", "≥ 15 per s", one.Length / Duration.TotalSeconds, KeycloakPerCore, "per s");

        var sessions = new SessionKeeper(new SessionStore(workspaces.Control, workspaces.Audit), new AuthOptions(), TimeProvider.System);
        var (_, secret) = sessions.Start(person, hasMfa: false, "192.0.2.1", "benchmark");
        var times = new double[Checks];
        for (var i = 0; i < Checks; i++)
        {
            var started = Stopwatch.GetTimestamp();
            sessions.Check(secret, "192.0.2.1");
            times[i] = Stopwatch.GetElapsedTime(started).TotalMicroseconds;
        }

        Array.Sort(times);
        report.Row("check of a session, median", "≤ 200 µs", Loop.Percentile(times, 0.5), 200, "µs");
        report.Row("check of a session, p99", "", Loop.Percentile(times, 0.99), 200, "µs");
    }
}
