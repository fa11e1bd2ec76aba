using System.Security.Cryptography;
using System.Text;
using WorkspaceServer.Control;
using WorkspaceServer.Features.Accounts.People;

namespace WorkspaceServer.Features.Accounts.External;

/// <summary>All SQL of external sign-in. Tables: external_identity, external_session, external_attempt, external_token_use. Schema: Control/Migrations/0007.</summary>
internal sealed class ExternalStore(ControlDatabase control)
{
    /// <summary>Keeps an attempt until the browser is back, and forgets those that never came back.</summary>
    public void AddAttempt(SignInAttempt attempt, string returnTo, DateTimeOffset now)
    {
        using var connection = control.Open();
        connection.Execute("DELETE FROM external_attempt WHERE expires_at <= @now", ("@now", now.ToUnixTimeSeconds()));
        connection.Execute(
            """
            INSERT INTO external_attempt (state_sha256, nonce, code_verifier, is_fresh, return_to, expires_at)
            VALUES (@state, @nonce, @verifier, @fresh, @return, @expires)
            """,
            ("@state", Hash(attempt.State)),
            ("@nonce", attempt.Nonce),
            ("@verifier", attempt.CodeVerifier),
            ("@fresh", attempt.IsFresh ? 1 : 0),
            ("@return", returnTo),
            ("@expires", (now + SignInAttempt.Lifetime).ToUnixTimeSeconds()));
    }

    /// <summary>Takes an attempt out; of several that try, one gets it.</summary>
    public StartedSignIn? TakeAttempt(string state, DateTimeOffset now)
    {
        using var connection = control.Open();
        using var command = connection.Command(
            "DELETE FROM external_attempt WHERE state_sha256 = @state AND expires_at > @now RETURNING nonce, code_verifier, is_fresh, return_to",
            ("@state", Hash(state)),
            ("@now", now.ToUnixTimeSeconds()));
        using var rows = command.ExecuteReader();
        return rows.Read() ? new StartedSignIn(rows.GetString(0), rows.GetString(1), rows.GetBoolean(2), rows.GetString(3)) : null;
    }

    /// <summary>Notes that a token was exchanged.</summary>
    /// <param name="signed">Header and payload, which the signature covers. The signature's own text can be written in several ways.</param>
    /// <returns>False if it was exchanged before.</returns>
    public bool UseToken(string signed, DateTimeOffset usableUntil, DateTimeOffset now)
    {
        using var connection = control.Open();
        connection.Execute("DELETE FROM external_token_use WHERE expires_at < @now", ("@now", now.ToUnixTimeSeconds()));
        return connection.Execute(
            "INSERT INTO external_token_use (token_sha256, expires_at) VALUES (@token, @expires) ON CONFLICT DO NOTHING",
            ("@token", Hash(signed)),
            ("@expires", usableUntil.ToUnixTimeSeconds())) == 1;
    }

    /// <summary>Id of the person that this identity is linked to; null if it is to none.</summary>
    public string? FindPerson(string issuer, string subject)
    {
        using var connection = control.Open();
        using var command = connection.Command(
            "SELECT person_id FROM external_identity WHERE issuer = @issuer AND subject = @subject", ("@issuer", issuer), ("@subject", subject));
        return command.ExecuteScalar() as string;
    }

    /// <returns>False if the identity is linked already, to this person or to another.</returns>
    public bool Link(string issuer, string subject, string personId, DateTimeOffset now)
    {
        using var connection = control.Open();
        return Link(connection, issuer, subject, personId, now);
    }

    /// <summary>Adds a person together with the identity that they are.</summary>
    /// <returns>False if the address or the identity is somebody's already; then nothing is added.</returns>
    public bool AddPerson(Person person, string issuer, string subject)
    {
        using var connection = control.Open();
        connection.Begin();
        if (!PeopleStore.Add(connection, person) || !Link(connection, issuer, subject, person.Id, person.CreatedAt))
        {
            return false;
        }

        connection.Commit();
        return true;
    }

    /// <summary>Notes which session at the provider a session of ours began with.</summary>
    public void AddSession(string sessionId, ExternalIdentity identity)
    {
        using var connection = control.Open();
        connection.Execute(
            "INSERT INTO external_session (session_id, issuer, subject, external_session_id) VALUES (@session, @issuer, @subject, @external)",
            ("@session", sessionId),
            ("@issuer", identity.Issuer),
            ("@subject", identity.Subject),
            ("@external", identity.SessionId));
    }

    /// <summary>Ends our sessions that began with this session at the provider.</summary>
    /// <returns>How many.</returns>
    public int EndSessions(string issuer, string externalSessionId)
    {
        using var connection = control.Open();
        return connection.Execute(
            "DELETE FROM session WHERE id IN (SELECT session_id FROM external_session WHERE issuer = @issuer AND external_session_id = @external)",
            ("@issuer", issuer),
            ("@external", externalSessionId));
    }

    /// <summary>Ends all our sessions that this identity began.</summary>
    /// <returns>How many.</returns>
    public int EndSessionsOfSubject(string issuer, string subject)
    {
        using var connection = control.Open();
        return connection.Execute(
            "DELETE FROM session WHERE id IN (SELECT session_id FROM external_session WHERE issuer = @issuer AND subject = @subject)",
            ("@issuer", issuer),
            ("@subject", subject));
    }

    private static bool Link(ControlConnection connection, string issuer, string subject, string personId, DateTimeOffset now) => connection.Execute(
        "INSERT INTO external_identity (issuer, subject, person_id, created_at) VALUES (@issuer, @subject, @person, @now) ON CONFLICT DO NOTHING",
        ("@issuer", issuer),
        ("@subject", subject),
        ("@person", personId),
        ("@now", now.ToUnixTimeSeconds())) == 1;

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
