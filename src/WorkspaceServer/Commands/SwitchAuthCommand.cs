using System.CommandLine;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Accounts.External;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>auth switch: finishes a change of Auth:Mode. Where people no longer sign in with a password, nothing that one is checked against stays.</summary>
internal static class SwitchAuthCommand
{
    public static Command Build()
    {
        var mode = new Argument<string>("MODE") { Description = "local, oidc or clerk: what Auth:Mode in the settings is now." };
        mode.AcceptOnlyFromAmong([.. Enum.GetValues<AuthMode>().Select(Text)]);
        var yes = new Option<bool>("--yes") { Description = "Really do it. Wiped passwords and second factors do not come back; everybody has to sign in again." };
        var command = Verb.Create(
            "switch",
            "Finish a change of Auth:Mode: end every session and, for oidc and clerk, wipe every password, second factor and backup code.",
            "auth switch clerk --yes",
            Recording.As(AuditActions.AuthModeSwitched));
        command.Add(mode);
        command.Add(yes);
        return command.Runs(async (context, _) =>
        {
            var target = Enum.Parse<AuthMode>(context.Arguments.GetValue(mode)!, ignoreCase: true);
            if (context.Get<AuthOptions>().Mode != target)
            {
                throw new ProblemException(ProblemCodes.InvalidArgument, $"Auth:Mode is not {Text(target)}. Change the settings first, then run this again.");
            }

            OptionsSections.ReadAll(context.Get<IEnumerable<OptionsSection>>(), context.Get<IConfiguration>());
            var store = context.Get<LocalSecretsStore>();
            if (!context.Arguments.GetValue(yes))
            {
                throw new ProblemException(
                    ProblemCodes.InvalidArgument,
                    target == AuthMode.Local
                        ? "This ends every session. Add --yes to do it."
                        : $"This wipes the passwords of {store.CountPasswords()} people with their second factors and backup codes, and ends every session. Add --yes to do it.");
            }

            var wiped = target == AuthMode.Local ? store.EndSessions() : store.Wipe();
            await context.Get<AuditLog>().RecordAsync(new AuditEntry(AuditActions.AuthModeSwitched)
            {
                Details =
                [
                    ("mode", Text(target)), ("passwords", wiped.Passwords), ("second_factors", wiped.SecondFactors), ("recovery", wiped.BackupCodes), ("sessions", wiped.Sessions),
                ],
            });
            context.Output.Result(wiped, output => output.Line(
                $"People sign in by {Text(target)} now. Wiped: {wiped.Passwords} passwords, {wiped.SecondFactors} second factors, {wiped.BackupCodes} backup codes. Ended: {wiped.Sessions} sessions."));
            return ExitCodes.Ok;
        });
    }

    private static string Text(AuthMode mode) => mode.ToString().ToLowerInvariant();
}
