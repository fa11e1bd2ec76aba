using System.Diagnostics;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Accounts.Attempts;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Accounts;

/// <summary>The time that an answer takes does not tell whether there is an account.</summary>
public sealed class SignInTimeTests
{
    /// <summary>Tries of each kind that are made at least.</summary>
    private const int Tries = 200;

    /// <summary>A busy machine needs more of them until the medians settle; a real difference stays however many are made.</summary>
    private const int MaxTries = 600;

    [Fact]
    [Trait("claim", "A2")]
    public async Task AWrongPasswordTakesAsLongAsAnUnknownAddress()
    {
        await using var accounts = await AccountsServer.StartAsync(new AuthOptions());
        await accounts.AddAsync();
        var flow = accounts.Server.Get<SignInFlow>();
        var attempts = accounts.Server.Get<AttemptLimit>();
        string[] addresses = ["asha@example.in", "nobody@example.in"];
        var times = new[] { new List<double>(), new List<double>() };
        for (var i = 0; i <= Tries || (i <= MaxTries && !AreAlike()); i++)
        {
            // One beside the other, in changing order, so that whatever else this machine does falls on both alike.
            foreach (var which in i % 2 == 0 ? (int[])[0, 1] : [1, 0])
            {
                var started = Stopwatch.GetTimestamp();
                var proof = await flow.CheckPasswordAsync(addresses[which], "not the password", "192.0.2.1", TestContext.Current.CancellationToken);
                var time = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
                Assert.Equal(Proof.Wrong, proof);
                attempts.Succeeded(new Attempt(AttemptKind.Password, addresses[which], "192.0.2.1"));
                if (i > 0)
                {
                    times[which].Add(time);
                }
            }
        }

        Assert.True(AreAlike(), $"known {Median(times[0]):0.00} ms, unknown {Median(times[1]):0.00} ms");

        bool AreAlike() => Median(times[0]) / Median(times[1]) is >= 0.95 and <= 1.05;
    }

    private static double Median(List<double> times) => times.Order().ElementAt(times.Count / 2);
}
