using System.Text.RegularExpressions;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Tests.Architecture;
using Xunit;

namespace WorkspaceServer.Tests.Access;

/// <summary>What permissions there are, and which roles hold them.</summary>
public sealed partial class PermissionsTests
{
    [Fact]
    [Trait("claim", "B23")]
    public void EachPermissionHasANameAMeaningAndAPlaceOfItsOwn()
    {
        Assert.InRange(Permissions.OfWorkspaces.Count(), 23, Permissions.MaxCount);
        Assert.Equal(Permissions.All.Count, Permissions.All.Select(permission => permission.Name).Distinct().Count());
        Assert.Equal(Permissions.All.Count, PermissionSet.Of(Permissions.All).Count());
        Assert.All(Permissions.All, permission =>
        {
            Assert.Matches(Shape(), permission.Name);
            Assert.Matches(@"^[A-Z].{10,80}\.$", permission.Meaning.English);
            Assert.Equal(permission.IsSystem, permission.Name.StartsWith("system.", StringComparison.Ordinal));
        });
    }

    [Fact]
    [Trait("claim", "B20")]
    public void EachRoleHoldsWhatTheOneBelowHolds_AndNoneHoldsWhatIsTheSystems()
    {
        Assert.Equal([Role.Viewer, Role.Member, Role.Admin, Role.Owner], Roles.All);
        foreach (var (lower, higher) in Roles.All.Zip(Roles.All.Skip(1)))
        {
            Assert.True(Roles.PermissionsOf(higher).Covers(Roles.PermissionsOf(lower)));
            Assert.NotEqual(Roles.PermissionsOf(higher), Roles.PermissionsOf(lower));
        }

        Assert.Equal(Permissions.OfWorkspaces, Roles.PermissionsOf(Role.Owner));
        Assert.Equal(PermissionSet.Empty, Permissions.OfWorkspaces.And(Permissions.OfSystem));
    }

    [Fact]
    [Trait("claim", "B23")]
    public void ADenialWins_WhateverGrants()
    {
        foreach (var role in Roles.All)
        {
            foreach (var permission in Permissions.OfWorkspaces)
            {
                var one = PermissionSet.Of(permission);
                var granting = new CustomRole("1", "grants", one, PermissionSet.Empty, default);
                var denying = new CustomRole("2", "denies", PermissionSet.Empty, one, default);

                Assert.True(Roles.Effective(role, [granting]).Contains(permission));
                Assert.Equal(Roles.PermissionsOf(role).Without(one), Roles.Effective(role, [granting, denying]));
                Assert.Equal(Roles.PermissionsOf(role).Without(one), Roles.Effective(role, [denying, granting]));
            }
        }
    }

    [Fact]
    [Trait("claim", "B26")]
    public void ASupportGrantOnlyReads()
    {
        Assert.All(Permissions.UnderSupport, permission => Assert.True(
            permission.Name.EndsWith(".read", StringComparison.Ordinal) || permission == Permissions.QueryRun || permission == Permissions.RowsSearch, permission.Name));
        Assert.False(Permissions.UnderSupport.Contains(Permissions.AuditRead));
    }

    [Fact]
    [Trait("claim", "C15")]
    public void ATokenReadsUnlessMoreWasChosen()
    {
        Assert.Equal(PermissionSet.Of(Permissions.TablesRead, Permissions.QueryRun, Permissions.RowsSearch, Permissions.RowsRead), Scopes.Ceiling(Scopes.Default));
        Assert.Equal(TimeSpan.FromDays(90), TokenIssuer.DefaultLifetime);
        Assert.Equal(PermissionSet.Empty, Scopes.Ceiling(["tables:write", "TABLES:READ"]));
    }

    [Fact]
    public void NamesSurviveStorage_AndUnknownOnesMeanNothing()
    {
        foreach (var role in Roles.All)
        {
            Assert.Equal(Roles.PermissionsOf(role), Permissions.Parse(Roles.PermissionsOf(role).ToString()));
        }

        Assert.Equal(PermissionSet.Of(Permissions.QueryRun), Permissions.Parse(" query.run  rows.fly QUERY.RUN"));
        Assert.Throws<InvalidOperationException>(() => Permissions.Get("rows.fly"));
    }

    [Fact]
    [Trait("claim", "C13")]
    public void NothingOutsideThePolicyReadsRolesOrScopesToDecide()
    {
        string[] deciders = ["caller.Scopes.Contains", "SELECT system_role", "Role.Owner", "IsSuperAdmin"];
        var wrong = Repository.FilesUnder("src/WorkspaceServer/", ".cs", ".razor")
            .Where(file => !file.Path.StartsWith("src/WorkspaceServer/Features/Access/", StringComparison.Ordinal))
            .Where(file => !file.Path.Contains("/Accounts/", StringComparison.Ordinal) && !file.Path.EndsWith("McpGate.cs", StringComparison.Ordinal))
            .Where(file => deciders.Any(decider => file.Text.Contains(decider, StringComparison.Ordinal)))
            .Select(file => file.Path);

        Assert.Empty(wrong);
    }

    [GeneratedRegex("^[a-z]+\\.[a-z]+(-[a-z]+)?$")]
    private static partial Regex Shape();
}
