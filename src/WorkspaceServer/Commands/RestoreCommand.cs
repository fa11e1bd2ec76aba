using System.CommandLine;
using System.Globalization;
using WorkspaceServer.Age;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Backups.Copies;
using WorkspaceServer.Features.Backups.Restore;
using WorkspaceServer.Features.Backups.Stores;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Vault.Keys;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Commands;

/// <summary>restore: brings everything back into an empty data folder, or one workspace beside what is there.</summary>
internal sealed class RestoreCommand
{
    private const UnixFileMode OwnerFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const int MaxSample = 10_000;

    private readonly Option<string> identity = new("--identity") { Description = "The age identity's file.", HelpName = "FILE", Required = true };
    private readonly Option<string?> masterKey = new("--master-key") { Description = "The master key's file, if it is not at Vault:MasterKeyFile yet; it is copied there. With --workspace: the key of that backup's time, if it was replaced since.", HelpName = "FILE" };
    private readonly Option<string?> at = new("--at") { Description = "Bring back the newest state that is not younger, in UTC, such as 2026-11-24T18:30. Default: the newest.", HelpName = "TIME" };
    private readonly Option<string?> id = new("--id") { Description = "Bring back this whole backup; backup list shows them.", HelpName = "ID" };
    private readonly Option<int?> sample = new Option<int?>("--sample") { Description = "For practice only: bring back so many workspaces, others each day until every one has come round. The rest is deleted in what comes back.", HelpName = "N" }.Between(1, MaxSample);
    private readonly Option<string?> workspace = new("--workspace", "-w") { Description = "Only this workspace, by the id or name it had then, as a new one beside what is there.", HelpName = "WORKSPACE" };
    private readonly Option<string?> name = new("--as") { Description = "With --workspace: the new workspace's name.", HelpName = "NAME" };

    private readonly Option<string?> request = new("--request") { Description = "Make the copy that an owner asked for, and who asked its owner; backup requests shows them. It says which workspace, moment and name.", HelpName = "ID" };

    public static Command Build()
    {
        var options = new RestoreCommand();
        var command = Verb.Create(
            "restore",
            "Bring everything back into an empty data folder, proved page by page and total by total; or one workspace beside what is there.",
            "restore --identity /media/usb/backup.key --master-key /media/usb/master.key",
            Recording.As(AuditActions.RestoreFinished, AuditActions.RestoreFailed));
        foreach (var option in (Option[])[options.identity, options.masterKey, options.at, options.id, options.sample, options.workspace, options.name, options.request])
        {
            command.Add(option);
        }

        return command.Runs(options.RunAsync);
    }

    private async Task<int> RunAsync(CommandContext context, CancellationToken cancel)
    {
        SqlCipher.Initialize(context.Get<VaultOptions>().SqlCipherLibrary);
        var moment = ReadTime(context.Arguments.GetValue(at));
        RequireNothingBesideRequest(context.Arguments);
        var identities = AgeIdentity.ReadFile(context.Arguments.GetValue(identity)!);
        if (context.Arguments.GetValue(sample) is not null && context.Arguments.GetValue(workspace) is not null)
        {
            throw new ProblemException(ProblemCodes.InvalidArgument, "--sample chooses the workspaces by itself. Leave out --workspace.");
        }

        try
        {
            return context.Arguments.GetValue(request) is { } asked
                ? await FulfilAsync(context, asked, identities, cancel)
                : context.Arguments.GetValue(workspace) is { } named
                ? await RestoreOneAsync(context, named, moment, identities, cancel)
                : await RestoreAllAsync(context, moment, identities, cancel);
        }
        finally
        {
            foreach (var each in identities)
            {
                each.Dispose();
            }
        }
    }

    private async Task<int> RestoreAllAsync(CommandContext context, DateTimeOffset? moment, IReadOnlyList<AgeIdentity> identities, CancellationToken cancel)
    {
        var options = context.Get<VaultOptions>();
        var keyFile = context.Arguments.GetValue(masterKey);
        using var master = MasterKey.Load(Path.GetFullPath(keyFile ?? options.MasterKeyFile));
        context.Get<ServerOptions>().RequireKey(master);
        var clock = context.Get<TimeProvider>();
        var started = clock.GetTimestamp();
        var restore = new FullRestore(context.Get<IObjectStore>(), master, identities, clock);
        var result = await context.Output.ProgressAsync("Restoring", report => restore.RunAsync(options.DataDirectory, moment, context.Arguments.GetValue(id), context.Arguments.GetValue(sample), report, cancel));
        if (keyFile is not null && !File.Exists(options.MasterKeyFile))
        {
            // With the mode of the file that it comes from, which was checked.
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(options.MasterKeyFile))!, OwnerFolder);
            File.Copy(keyFile, options.MasterKeyFile);
        }

        var seconds = clock.GetElapsedTime(started).TotalSeconds;
        var lost = clock.GetUtcNow() - result.AsOf;
        context.Output.Result(
            new { options.DataDirectory, result.Generation, result.Packs, result.AsOf, result.Workspaces, result.SampledOf, result.Bytes, result.Rows, RestoreSeconds = seconds, AgeSeconds = lost.TotalSeconds },
            output =>
            {
                Print(output, result);
                if (result.SampledOf is { } all)
                {
                    output.Line(string.Create(CultureInfo.InvariantCulture, $"They are a sample of {all}. The others are deleted in what came back: practise with it, and do not use it."));
                }

                output.Line(string.Create(CultureInfo.InvariantCulture, $"It took {seconds:0.0} s. What was written in the {Output.Count((long)Math.Ceiling(lost.TotalMinutes), "minute")} since then is not in it."));
                output.Line("Run the doctor, then start the server.");
            });
        return ExitCodes.Ok;
    }

    private async Task<int> RestoreOneAsync(CommandContext context, string named, DateTimeOffset? moment, IReadOnlyList<AgeIdentity> identities, CancellationToken cancel)
    {
        using var earlier = ReadEarlierKey(context);
        using var signer = new BackupSigner(earlier ?? context.Get<MasterKey>());
        var restore = RestoreOf(context, earlier, signer);
        var (made, result) = await context.Output.ProgressAsync(
            "Restoring", _ => restore.RunAsync(named, context.Arguments.GetValue(name), moment, context.Arguments.GetValue(id), identities, cancel));
        context.Output.Result(
            new { Id = made.Id.ToString(), made.Name, result.Generation, result.Packs, result.AsOf, result.Bytes, result.Rows },
            output =>
            {
                Print(output, result);
                output.Line($"It is the new workspace {made.Name} ({made.Id}). Nobody is a member of it yet.");
            });
        return ExitCodes.Ok;
    }

    private async Task<int> FulfilAsync(CommandContext context, string asked, IReadOnlyList<AgeIdentity> identities, CancellationToken cancel)
    {
        context.Require(Permissions.SystemSettings);
        using var earlier = ReadEarlierKey(context);
        using var signer = new BackupSigner(earlier ?? context.Get<MasterKey>());
        var restore = new RequestedRestore(context.Get<RestoreRequestStore>(), RestoreOf(context, earlier, signer), context.Get<AuditLog>(), context.Get<TimeProvider>());
        var done = await context.Output.ProgressAsync("Restoring", _ => restore.RunAsync(asked, identities, cancel));
        context.Output.Result(
            new { Id = done.Copy.Id.ToString(), done.Copy.Name, Request = done.Request.Id, Owner = done.HasOwner ? done.Request.PersonEmail : null, done.Result.Generation, done.Result.Packs, done.Result.AsOf, done.Result.Bytes, done.Result.Rows },
            output =>
            {
                Print(output, done.Result);
                output.Line($"It is the new workspace {done.Copy.Name} ({done.Copy.Id}).");
                output.Line(done.HasOwner
                    ? $"{done.Request.PersonEmail}, who asked for it, is its owner."
                    : $"NOBODY IS A MEMBER OF IT: {done.Request.PersonEmail}, who asked for it, does not own {done.Request.WorkspaceName} any more, or may not ask for this any more. Give it to somebody with: workspace-server member add");
            });
        return ExitCodes.Ok;
    }

    private MasterKey? ReadEarlierKey(CommandContext context) => context.Arguments.GetValue(masterKey) is { } file ? MasterKey.Load(Path.GetFullPath(file)) : null;

    private static WorkspaceRestore RestoreOf(CommandContext context, MasterKey? earlier, BackupSigner signer) => new(
        context.Get<IObjectStore>(), earlier ?? context.Get<MasterKey>(), signer, context.Get<WorkspaceLifecycle>(), context.Get<DataFolder>(), context.Get<AuditLog>());

    /// <summary>A request says all of it, and whoever runs the verb must not make something else of it.</summary>
    private void RequireNothingBesideRequest(ParseResult arguments)
    {
        if (arguments.GetValue(request) is null)
        {
            return;
        }

        var beside = (string?)null;
        foreach (var option in (Option[])[workspace, name, at, id, sample])
        {
            beside ??= arguments.GetResult(option) is { Implicit: false } ? option.Name : null;
        }

        if (beside is not null)
        {
            throw new ProblemException(ProblemCodes.InvalidArgument, $"The request says which workspace, moment and name. Leave out {beside}.");
        }
    }

    private static void Print(Output output, RestoreResult result) => output.Line(string.Create(
        CultureInfo.InvariantCulture,
        $"Restored as of {result.AsOf.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC: {Output.Count(result.Workspaces, "workspace")}, {Output.Count(result.Rows, "row")}, {result.Bytes / 1048576.0:0.0} MiB; every page and every total agrees."));

    private static DateTimeOffset? ReadTime(string? text) => text is null
        ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : throw new ProblemException(ProblemCodes.InvalidArgument, $"'{text}' is no time. Write it in UTC, such as 2026-11-24T18:30.");
}
