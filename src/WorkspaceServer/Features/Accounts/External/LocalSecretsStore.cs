using System.Globalization;
using WorkspaceServer.Control;

namespace WorkspaceServer.Features.Accounts.External;

/// <summary>How much was wiped.</summary>
internal sealed record WipedSecrets(int Passwords, int SecondFactors, int BackupCodes, int Sessions);

/// <summary>All SQL that keeps a server whose people sign in elsewhere free of what a local sign-in is checked against. Schema: Control/Migrations/0005, 0011 and 0024.</summary>
internal sealed class LocalSecretsStore(ControlDatabase control)
{
    /// <summary>Passwords that could be checked.</summary>
    public int CountPasswords()
    {
        using var connection = control.Open();
        using var command = connection.Command("SELECT count(*) FROM credential");
        return Convert.ToInt32(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    /// <summary>Whether anything is here that a password, a code or a link in a mail could be checked against.</summary>
    public bool HasAny()
    {
        using var connection = control.Open();
        using var command = connection.Command(
            "SELECT EXISTS (SELECT 1 FROM credential) OR EXISTS (SELECT 1 FROM totp) OR EXISTS (SELECT 1 FROM passkey) OR EXISTS (SELECT 1 FROM phone) OR EXISTS (SELECT 1 FROM backup_code_set) OR EXISTS (SELECT 1 FROM backup_code)");
        return command.ExecuteScalar() is 1L;
    }

    /// <summary>Takes all of it away in one step, and ends every session: each was begun with what is now gone.</summary>
    public WipedSecrets Wipe()
    {
        using var connection = control.Open();
        connection.Begin();
        var passkeys = connection.Execute("DELETE FROM passkey");
        var phones = connection.Execute("DELETE FROM phone");
        var wiped = new WipedSecrets(
            connection.Execute("DELETE FROM credential"),
            passkeys + phones + connection.Execute("DELETE FROM totp"),
            connection.Execute("DELETE FROM backup_code"),
            connection.Execute("DELETE FROM session"));
        connection.Execute("DELETE FROM backup_code_set");
        connection.Execute("DELETE FROM passkey_challenge");
        connection.Execute("DELETE FROM phone_code");
        connection.Execute("DELETE FROM phone_message");
        connection.Execute("DELETE FROM one_time_link WHERE kind <> 'setup'");
        connection.Commit();
        return wiped;
    }

    /// <summary>Ends every session and keeps the rest.</summary>
    public WipedSecrets EndSessions()
    {
        using var connection = control.Open();
        return new WipedSecrets(0, 0, 0, connection.Execute("DELETE FROM session"));
    }
}
