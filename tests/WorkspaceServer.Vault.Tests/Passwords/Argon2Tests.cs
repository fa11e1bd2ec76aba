using WorkspaceServer.Vault.Passwords;
using Xunit;

namespace WorkspaceServer.Vault.Tests.Passwords;

public sealed class Argon2Tests
{
    // Made with the reference implementation: echo -n "correct horse" | argon2 0123456789abcdef -id -t 1 -k 47104 -p 1 -l 32 -e
    private const string OnePass = "$argon2id$v=19$m=47104,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$mHib0oJhulgRRhujGCSbatBZgMc8EMY5ncGz/E3yQTg";
    private const string TwoPasses = "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$rk2Mi3E4dgRMg0fHaYaptWVZRKqs//6b6k3/nntqGJk";

    [Theory]
    [InlineData(OnePass)]
    [InlineData(TwoPasses)]
    public void VerifiersOfTheReferenceImplementationAreRead(string verifier)
    {
        Assert.True(Argon2.Verify("correct horse", verifier));
        Assert.False(Argon2.Verify("correct horsE", verifier));
        Assert.False(Argon2.Verify("", verifier));
        Assert.Equal(verifier[(verifier.LastIndexOf('$') + 1)..], Convert.ToBase64String(Argon2.Derive("correct horse", verifier[..verifier.LastIndexOf('$')])).TrimEnd('='));
    }

    [Fact]
    public void EachVerifierHasASaltOfItsOwn()
    {
        var cost = new Argon2Cost(19 * 1024, 2);
        var (first, second) = (Argon2.Create("correct horse", cost), Argon2.Create("correct horse", cost));

        Assert.NotEqual(first, second);
        Assert.True(Argon2.Verify("correct horse", first));
        Assert.Equal(cost, Argon2.CostOf(second));
    }

    [Theory]
    [InlineData("")]
    [InlineData("$argon2i$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$rk2Mi3E4dgRMg0fHaYaptWVZRKqs//6b6k3/nntqGJk")]
    [InlineData("$argon2id$v=16$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$rk2Mi3E4dgRMg0fHaYaptWVZRKqs//6b6k3/nntqGJk")]
    [InlineData("$argon2id$v=19$m=19456,t=2,p=4$MDEyMzQ1Njc4OWFiY2RlZg$rk2Mi3E4dgRMg0fHaYaptWVZRKqs//6b6k3/nntqGJk")]
    [InlineData("$argon2id$v=19$m=1048577,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$rk2Mi3E4dgRMg0fHaYaptWVZRKqs//6b6k3/nntqGJk")]
    [InlineData("$argon2id$v=19$m=19456,t=17,p=1$MDEyMzQ1Njc4OWFiY2RlZg$rk2Mi3E4dgRMg0fHaYaptWVZRKqs//6b6k3/nntqGJk")]
    [InlineData("$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1$rk2Mi3E4dgRMg0fHaYaptWVZRKqs//6b6k3/nntqGJk")]
    [InlineData("$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$rk2M")]
    [InlineData("$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg")]
    [InlineData("$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$!!!!")]
    public void WhatIsNoVerifierMatchesNothing(string text) => Assert.False(Argon2.Verify("correct horse", text));

    [Fact]
    public void ParametersMustBeOurs() => Assert.Throws<FormatException>(() => Argon2.Derive("x", "$argon2id$"));
}
