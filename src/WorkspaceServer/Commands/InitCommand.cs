using System.CommandLine;
using WorkspaceServer.Control;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Vault.Keys;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Commands;

/// <summary>init: makes the master key, the data folder and the control database.</summary>
internal static class InitCommand
{
    private const UnixFileMode OwnerFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public static Command Build()
    {
        var yes = new Option<bool>("--yes") { Description = "Ask nothing, though somebody sits at the terminal." };
        var command = Verb.Create(
            "init", "Make the master key, the data folder and the control database. What exists is never overwritten.", "--home ./books init", Recording.As(AuditActions.SystemInitialised));
        command.Add(yes);
        return command.Runs((context, _) => RunAsync(context, context.Arguments.GetValue(yes)));
    }

    public static bool IsDone(VaultOptions options) => File.Exists(Path.Combine(options.DataDirectory, "control.db"));

    /// <returns>True if the master key was made, false if it was there.</returns>
    public static async Task<bool> SetUpAsync(VaultOptions options, ServerOptions server)
    {
        SqlCipher.Initialize(options.SqlCipherLibrary);
        var keyFile = Path.GetFullPath(options.MasterKeyFile);
        var makeKey = !File.Exists(keyFile);
        if (makeKey)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(keyFile)!, OwnerFolder);
            MasterKey.Create(keyFile, server.Environment);
        }

        using var master = MasterKey.Load(keyFile);
        server.RequireKey(master);
        var folder = DataFolder.Create(options.DataDirectory);
        using var control = ControlDatabase.Create(folder, master);
        using var mac = new AuditMac(master);
        await using var audit = AuditFeature.Open(folder, control, mac, TimeProvider.System);
        await audit.RecordAsync(new AuditEntry(AuditActions.SystemInitialised) { Details = [("made_master_key", makeKey)] });
        return makeKey;
    }

    private static async Task<int> RunAsync(CommandContext context, bool yes)
    {
        var options = context.Get<VaultOptions>();
        var folder = Path.GetFullPath(options.DataDirectory);
        var keyFile = Path.GetFullPath(options.MasterKeyFile);
        if (IsDone(options))
        {
            throw new ProblemException(ProblemCodes.AlreadyExists, $"{folder} was set up before. Start it with: workspace-server serve");
        }

        var madeKey = await SetUpAsync(options, context.Get<ServerOptions>());
        context.Output.Result(new { DataDirectory = folder, MasterKeyFile = keyFile, MadeMasterKey = madeKey }, output =>
        {
            output.Line($"Data folder: {folder}");
            output.Line($"Master key:  {keyFile}{(madeKey ? "" : " (was there)")}");
            output.Line();
            output.Line("Copy the master key to a safe place now. Without it nothing in the data folder can ever be read.");
            output.Line("A page to print, which says what to keep where: workspace-server key recovery-sheet");
        });
        RecoverySheetCommand.PrintIfSomebodyIsThere(context, yes);
        return ExitCodes.Ok;
    }
}
