using Microsoft.Extensions.Time.Testing;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Backups.Drills;
using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Checks;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault.Keys;
using Xunit;

namespace WorkspaceServer.Tests.Backups;

/// <summary>A practised restore: who can vouch for it, what is refused, and who hears when none was practised for too long.</summary>
public sealed class DrillTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider clock = new(Start);
    private readonly BackupHouse house;
    private readonly DrillStore drills;
    private readonly TemporaryFolder folder = new();

    public DrillTests()
    {
        house = new BackupHouse(clock);
        drills = new DrillStore(house.Workspaces.Control);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await house.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    [Trait("claim", "A98")]
    public void WhatIsChangedOrSignedByAnotherIsNoCertificate()
    {
        var file = Write(SignedCertificate.Sign(Found(Start), house.Signer));
        Assert.Equal(Found(Start).Rows, SignedCertificate.Open(file, house.Signer).Certificate.Rows);

        var text = File.ReadAllText(file);
        Refused(text.Replace("\"rows\": 300", "\"rows\": 301", StringComparison.Ordinal));
        Refused(text.Replace("\"signature\": \"", "\"signature\": \"AAAA", StringComparison.Ordinal));
        Refused(text.Replace("\"signature\"", "\"other\"", StringComparison.Ordinal));
        Refused("[]");
        Refused("");

        // Signed by the right key, but says what cannot be.
        Refused(SignedCertificate.Sign(Found(Start, passed: false) with { Passed = true }, house.Signer));
        Refused(SignedCertificate.Sign(Found(Start) with { Paths = new Dictionary<string, string> { ["<b>"] = "PASS" } }, house.Signer));

        MasterKey.Create(folder.File("other.key"));
        using var other = MasterKey.Load(folder.File("other.key"));
        using var stranger = new BackupSigner(other);
        Refused(SignedCertificate.Sign(Found(Start), stranger));

        // A key that was replaced since still vouches for the drills of its time.
        using var successor = new BackupSigner(other, house.Signer.PublicKey);
        Assert.True(SignedCertificate.Open(Write(text), successor).Certificate.Passed);
        var tooLong = Assert.Throws<ProblemException>(() => SignedCertificate.Open(Write(text + new string(' ', SignedCertificate.MaxBytes)), house.Signer));
        Assert.Equal(ProblemCodes.InvalidData, tooLong.Code);
    }

    [Fact]
    [Trait("claim", "B39")]
    public async Task ItIsSaidWhenADrillIsLate_AndWhenOneFailed()
    {
        Assert.Equal(CheckState.Warn, await LookAsync());
        await house.Runner.RunAsync(null, Cancel);
        clock.Advance(TimeSpan.FromDays(8));
        Assert.Equal(CheckState.Warn, await LookAsync());
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(CheckState.Fail, await LookAsync());

        var at = clock.GetUtcNow();
        Assert.True(Note(Found(at)));
        Assert.False(Note(Found(at)));
        Assert.Equal(CheckState.Ok, await LookAsync());
        clock.Advance(TimeSpan.FromDays(8));
        Assert.Equal(CheckState.Ok, await LookAsync());
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(CheckState.Fail, await LookAsync());

        // An old certificate, brought late, makes nothing younger; one that failed is no good drill.
        Note(Found(Start));
        Assert.Equal(CheckState.Fail, await LookAsync());
        Note(Found(clock.GetUtcNow(), passed: false));
        Assert.Equal(CheckState.Fail, await LookAsync());
        Assert.Equal(at, drills.LastGood()!.At);
        clock.Advance(TimeSpan.FromHours(1));
        Note(Found(clock.GetUtcNow()));
        Assert.Equal(CheckState.Ok, await LookAsync());
    }

    [Fact]
    [Trait("claim", "B39")]
    public async Task ASampleCountsForItself()
    {
        await house.Runner.RunAsync(null, Cancel);
        var sample = Found(clock.GetUtcNow()) with { SampledOf = 30 };
        Assert.True(Note(sample));
        Assert.Equal((CheckState.Warn, null), (await LookAsync(), drills.LastGood()));
        Assert.Equal(sample.DrilledAt, drills.LastGoodSample()!.At);
        clock.Advance(TimeSpan.FromHours(1));
        Note(Found(clock.GetUtcNow()));
        Assert.Equal(CheckState.Ok, await LookAsync());

        // A sample that failed is mended by a later sample or by a drill of everything; one of everything only by its like.
        clock.Advance(TimeSpan.FromHours(1));
        Note(Found(clock.GetUtcNow(), passed: false) with { SampledOf = 30 });
        Assert.Equal(CheckState.Fail, await LookAsync());
        clock.Advance(TimeSpan.FromHours(1));
        Note(Found(clock.GetUtcNow()) with { SampledOf = 30 });
        Assert.Equal(CheckState.Ok, await LookAsync());
        clock.Advance(TimeSpan.FromHours(1));
        Note(Found(clock.GetUtcNow(), passed: false));
        clock.Advance(TimeSpan.FromHours(1));
        Note(Found(clock.GetUtcNow()) with { SampledOf = 30 });
        Assert.Equal(CheckState.Fail, await LookAsync());
        clock.Advance(TimeSpan.FromHours(1));
        Note(Found(clock.GetUtcNow()));
        Assert.Equal(CheckState.Ok, await LookAsync());

        Refused(SignedCertificate.Sign(Found(Start) with { SampledOf = 2 }, house.Signer));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 3)]
    [InlineData(10, 10)]
    [InlineData(10, 12)]
    [InlineData(101, 5)]
    public void EveryWorkspaceComesRound(int workspaces, int size)
    {
        var ids = Enumerable.Range(0, workspaces).Select(number => $"{number:x32}").ToArray();
        for (var first = 0; first < 3; first++)
        {
            var seen = Enumerable.Range(0, DrillSample.Days(workspaces, size)).Select(day => DrillSample.Choose(ids, size, Start.AddDays(first + day))).ToArray();
            Assert.All(seen, sample => Assert.Equal(Math.Min(size, workspaces), sample.Count));
            Assert.Equal(ids, seen.SelectMany(sample => sample).Distinct().Order(StringComparer.Ordinal));
        }

        // The day alone decides, not the hour or the order in which they are named.
        Assert.Equal(DrillSample.Choose(ids, size, Start).Order(), DrillSample.Choose([.. ids.Reverse()], size, Start.AddHours(11)).Order());
    }

    [Fact]
    public async Task ASampleBringsBackItsWorkspacesAndNothingOfTheOthers()
    {
        var all = Enumerable.Range(0, 5).Select(number => house.Workspaces.Create($"Books {number}")).ToArray();
        await house.Runner.RunAsync(null, Cancel);

        var (folder, result) = await house.RestoreAsync(Cancel, sample: 2);

        Assert.Equal((2, 5), (result.Workspaces, result.SampledOf));
        using var control = WorkspaceServer.Control.ControlDatabase.Open(WorkspaceServer.Vault.Databases.DataFolder.Open(folder), house.Workspaces.Master);
        var store = new WorkspaceServer.Workspaces.WorkspaceStore(control);
        var back = store.ListKept().Select(workspace => workspace.Id.ToString()).ToArray();
        Assert.Equal(DrillSample.Choose([.. all.Select(id => id.ToString())], 2, clock.GetUtcNow()).Order(), back.Order());
        Assert.Equal(back, Directory.GetDirectories(Path.Combine(folder, "workspaces")).Select(Path.GetFileName).Order());
        Assert.Null((await house.RestoreAsync(Cancel, sample: 5)).Result.SampledOf);
    }

    [Fact]
    [Trait("claim", "B39")]
    [Trait("action", nameof(AuditActions.DrillRun))]
    public async Task TheOperatorBringsACertificateToTheServer_Once()
    {
        await RunAsync(0, "init");
        await File.WriteAllTextAsync(folder.File("found.json"), Json("2026-01-02T10:00:00Z", "FAIL", "false"), Cancel);
        await File.WriteAllTextAsync(folder.File("lie.json"), Json("2026-01-02T10:00:00Z", "FAIL", "true"), Cancel);
        await File.WriteAllTextAsync(folder.File("future.json"), Json("2099-01-02T10:00:00Z", "PASS", "true"), Cancel);
        await CertifyAsync(0, "found.json");
        await CertifyAsync(1, "lie.json");
        var certificate = folder.File("out/drill-certificate.json");
        var page = await File.ReadAllTextAsync(folder.File("out/drill-certificate.md"), Cancel);
        Assert.Contains("NOT everything works", page, StringComparison.Ordinal);
        Assert.Contains("| sign in | FAIL |", page, StringComparison.Ordinal);

        Assert.Equal(page.TrimEnd(), (await RunAsync(1, "drill", "verify", certificate)).Output.TrimEnd());
        await RunAsync(0, "drill", "record", certificate);
        Assert.Contains("before", (await RunAsync(1, "drill", "record", certificate)).Error, StringComparison.Ordinal);
        await CertifyAsync(0, "future.json");
        await RunAsync(1, "drill", "record", certificate);
        await RunAsync(12, "drill", "record", folder.File("found.json"));

        var row = Assert.Single((await RunAsync(0, "audit", "list", "--action", "drill.run", "--json")).Json.GetProperty("rows").EnumerateArray());
        Assert.Equal(("failed", "20260102t000000000z-aa"), (row.GetProperty("outcome").GetString(), row.GetProperty("target_id").GetString()));
        Assert.Equal("sign_in", row.GetProperty("details").GetProperty("failed_paths")[0].GetString());
    }

    private static string Json(string at, string word, string passed) => $$"""
        {"backup": "20260102t000000000z-aa", "as_of": "2026-01-02T00:00:00Z", "drilled_at": "{{at}}", "ran_as_root": false, "workspaces": 2, "rows": 300, "bytes": 4096,
         "restore_seconds": 1.5, "recovery_time_seconds": 3.5, "recovery_point_seconds": 60, "passed": {{passed}}, "paths": {"start": "PASS", "sign_in": "{{word}}"} }
        """;

    internal static DrillCertificate Found(DateTimeOffset at, bool passed = true) => new(
        "20261101t000000000z-aa", at.AddHours(-1), at, RanAsRoot: false, 2, 300, 4096, 1.5, 3.5, 60, passed,
        new Dictionary<string, string> { ["start"] = DrillCertificate.Pass, ["sign_in"] = passed ? DrillCertificate.Pass : DrillCertificate.Fail });

    private bool Note(DrillCertificate certificate) =>
        drills.Add(SignedCertificate.Open(Write(SignedCertificate.Sign(certificate, house.Signer)), house.Signer), clock.GetUtcNow(), _ => { });

    private async Task<CheckState> LookAsync()
    {
        ICheck check = new DrillCheck(house.Options, drills, clock);
        return Assert.Single(await check.LookAsync(new CheckRequest(CheckReach.Quick), Cancel)).State;
    }

    private void Refused(string text) => Assert.Equal(ProblemCodes.Corrupt, Assert.Throws<ProblemException>(() => SignedCertificate.Open(Write(text), house.Signer)).Code);

    private string Write(string text)
    {
        File.WriteAllText(folder.File("certificate.json"), text);
        return folder.File("certificate.json");
    }

    private Task<ProgramRun> CertifyAsync(int exitCode, string found) =>
        RunAsync(exitCode, "drill", "certify", folder.File(found), "--master-key", folder.File("a/keys/master.key"), "--out", folder.File("out"));

    private async Task<ProgramRun> RunAsync(int exitCode, params string[] arguments)
    {
        var run = await ProgramRun.HereAsync(["--home", folder.File("a"), .. arguments]);
        Assert.True(run.ExitCode == exitCode, run.Output + run.Error);
        return run;
    }
}
