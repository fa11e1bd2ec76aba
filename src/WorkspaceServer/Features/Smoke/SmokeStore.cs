using WorkspaceServer.Control;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Smoke;

/// <summary>All SQL of smoke tests. Tables: smoke_run, and in every other one the rows of what a smoke test made. Schema: Control/Migrations/0021.</summary>
internal sealed class SmokeStore(ControlDatabase control)
{
    /// <summary>Runs that are remembered.</summary>
    private const int Kept = 100;

    // What a smoke test made is found by names that hold its random id, which nobody could know before it was over. Those who refer come before those who are referred to.
    private const string Removal =
        """
        DELETE FROM last_use WHERE actor_id IN (SELECT id FROM person WHERE email_key = @email) OR workspace_id IN (SELECT id FROM workspace WHERE name = @name);
        DELETE FROM oauth_grant WHERE person_id IN (SELECT id FROM person WHERE email_key = @email);
        DELETE FROM oauth_client WHERE name = @name;
        DELETE FROM token_usage WHERE token_id IN (SELECT token.id FROM token JOIN workspace ON workspace.id = token.workspace_id WHERE workspace.name = @name);
        DELETE FROM token WHERE workspace_id IN (SELECT id FROM workspace WHERE name = @name);
        DELETE FROM agent_assertion WHERE agent_id IN (SELECT agent.id FROM agent JOIN workspace ON workspace.id = agent.workspace_id WHERE workspace.name = @name);
        DELETE FROM pairing_token WHERE workspace_id IN (SELECT id FROM workspace WHERE name = @name);
        DELETE FROM agent WHERE workspace_id IN (SELECT id FROM workspace WHERE name = @name);
        DELETE FROM membership WHERE person_id IN (SELECT id FROM person WHERE email_key = @email);
        DELETE FROM session WHERE person_id IN (SELECT id FROM person WHERE email_key = @email);
        DELETE FROM one_time_link WHERE person_id IN (SELECT id FROM person WHERE email_key = @email);
        DELETE FROM credential WHERE person_id IN (SELECT id FROM person WHERE email_key = @email);
        DELETE FROM person WHERE email_key = @email;
        DELETE FROM workspace WHERE name = @name AND deleted_at IS NOT NULL AND held_until IS NULL;
        """;

    public void Begin(SmokeNames run, DateTimeOffset now)
    {
        using var connection = control.Open();
        connection.Execute("INSERT INTO smoke_run (id, begun_at) VALUES (@id, @now)", ("@id", run.Id), ("@now", now.ToUnixTimeSeconds()));
    }

    /// <summary>Runs that did not come to their end.</summary>
    public IReadOnlyList<SmokeNames> CutShort()
    {
        using var connection = control.Open();
        using var command = connection.Command("SELECT id FROM smoke_run WHERE ended_at IS NULL ORDER BY begun_at");
        using var rows = command.ExecuteReader();
        var list = new List<SmokeNames>();
        while (rows.Read())
        {
            list.Add(new SmokeNames(rows.GetString(0)));
        }

        return list;
    }

    /// <summary>Removes every row of what a run made, once its workspace is deleted, and notes how it ended.</summary>
    /// <param name="failed">Paths that failed; null if it was cut short.</param>
    public void End(SmokeNames run, IReadOnlyCollection<string>? failed, DateTimeOffset now)
    {
        using var connection = control.Open();
        connection.Begin();
        connection.Execute(Removal, ("@name", run.Name), ("@email", EmailAddress.KeyOf(run.Email)));
        connection.Execute(
            "UPDATE smoke_run SET ended_at = @now, failed = @failed WHERE id = @id",
            ("@now", now.ToUnixTimeSeconds()), ("@failed", failed is null ? null : string.Join(',', failed)), ("@id", run.Id));
        connection.Execute("DELETE FROM smoke_run WHERE ended_at IS NOT NULL AND id NOT IN (SELECT id FROM smoke_run ORDER BY begun_at DESC LIMIT @kept)", ("@kept", Kept));
        connection.Commit();
    }

    /// <summary>When the last one ended in which everything worked, and whether one since did not.</summary>
    public (DateTimeOffset? LastGood, bool LastFailed) Standing()
    {
        using var connection = control.Open();
        using var command = connection.Command(
            "SELECT (SELECT max(ended_at) FROM smoke_run WHERE failed = ''), (SELECT failed <> '' FROM smoke_run WHERE failed IS NOT NULL ORDER BY ended_at DESC, begun_at DESC LIMIT 1)");
        using var rows = command.ExecuteReader();
        rows.Read();
        return (rows.IsDBNull(0) ? null : DateTimeOffset.FromUnixTimeSeconds(rows.GetInt64(0)), !rows.IsDBNull(1) && rows.GetInt64(1) == 1);
    }
}
