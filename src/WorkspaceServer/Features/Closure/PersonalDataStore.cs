using WorkspaceServer.Control;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Closure;

/// <summary>One table of what is kept about a person.</summary>
/// <param name="Name">Of its files, without the ending.</param>
/// <param name="Meaning">In one sentence, for the list of the files.</param>
internal sealed record PersonalSection(string Name, string Meaning, string Sql);

/// <summary>All SQL that reads what is kept about one person. Each statement sees rows of @person only, and of them no column that is a secret or about somebody else.</summary>
internal sealed class PersonalDataStore(ControlDatabase control)
{
    /// <summary>Most rows of one section: such as sessions and tokens, of which nobody has that many. The audit log is read page by page.</summary>
    private const int MaxRows = 20_000;

    /// <summary>In the order of the files.</summary>
    public static IReadOnlyList<PersonalSection> Sections { get; } =
    [
        new("profile", "Who you are here, and what protects your account.",
            """
            SELECT id, email, name, system_role, strftime('%FT%TZ', created_at, 'unixepoch') AS created_at, strftime('%FT%TZ', suspended_at, 'unixepoch') AS suspended_at,
                (SELECT strftime('%FT%TZ', changed_at, 'unixepoch') FROM credential WHERE person_id = person.id) AS password_changed_at,
                (SELECT strftime('%FT%TZ', enrolled_at, 'unixepoch') FROM totp WHERE person_id = person.id) AS authenticator_app_since,
                (SELECT sealed_number FROM phone WHERE person_id = person.id) AS phone_number,
                (SELECT strftime('%FT%TZ', added_at, 'unixepoch') FROM phone WHERE person_id = person.id) AS phone_number_since,
                (SELECT count(*) FROM backup_code WHERE person_id = person.id AND used_at IS NULL) AS backup_codes_left
            FROM person WHERE id = @person LIMIT @limit
            """),
        new("identities", "Your accounts at identity providers that are linked to this one.",
            "SELECT issuer, subject, strftime('%FT%TZ', created_at, 'unixepoch') AS linked_at FROM external_identity WHERE person_id = @person ORDER BY created_at LIMIT @limit"),
        new("passkeys", "Your passkeys; their public halves and nothing else of them are here.",
            """
            SELECT name, strftime('%FT%TZ', created_at, 'unixepoch') AS created_at, strftime('%FT%TZ', last_used_at, 'unixepoch') AS last_used_at
            FROM passkey WHERE person_id = @person ORDER BY id LIMIT @limit
            """),
        new("memberships", "The workspaces that you are a member of.",
            """
            SELECT workspace.id AS workspace_id, workspace.name AS workspace, membership.role, strftime('%FT%TZ', membership.created_at, 'unixepoch') AS since,
                strftime('%FT%TZ', membership.suspended_at, 'unixepoch') AS suspended_at,
                (SELECT group_concat(custom_role.name, ', ') FROM membership_role JOIN custom_role ON custom_role.id = membership_role.role_id
                 WHERE membership_role.workspace_id = membership.workspace_id AND membership_role.person_id = membership.person_id) AS custom_roles
            FROM membership JOIN workspace ON workspace.id = membership.workspace_id AND workspace.deleted_at IS NULL
            WHERE membership.person_id = @person ORDER BY workspace.id LIMIT @limit
            """),
        new("invitations", "Invitations to your address.",
            """
            SELECT invitation.id, invitation.workspace_id, invitation.role, strftime('%FT%TZ', invitation.created_at, 'unixepoch') AS created_at,
                strftime('%FT%TZ', invitation.expires_at, 'unixepoch') AS expires_at, strftime('%FT%TZ', invitation.accepted_at, 'unixepoch') AS accepted_at,
                strftime('%FT%TZ', invitation.revoked_at, 'unixepoch') AS revoked_at
            FROM invitation JOIN person ON person.email_key = invitation.email_key WHERE person.id = @person ORDER BY invitation.id LIMIT @limit
            """),
        new("sessions", "The browsers and devices in which you are signed in.",
            """
            SELECT id, strftime('%FT%TZ', created_at, 'unixepoch') AS signed_in_at, strftime('%FT%TZ', last_seen_at, 'unixepoch') AS last_seen_at,
                strftime('%FT%TZ', expires_at, 'unixepoch') AS expires_at, iif(has_mfa, 'yes', 'no') AS second_factor, address, user_agent
            FROM session WHERE person_id = @person ORDER BY id LIMIT @limit
            """),
        new("tokens", "Tokens for AI clients that you made. The tokens themselves are kept nowhere.",
            """
            SELECT id, workspace_id, name, scopes, hidden_columns, strftime('%FT%TZ', created_at, 'unixepoch') AS created_at,
                strftime('%FT%TZ', expires_at, 'unixepoch') AS expires_at, strftime('%FT%TZ', revoked_at, 'unixepoch') AS revoked_at, rows_per_day, bytes_per_day
            FROM token WHERE created_by = @person ORDER BY id LIMIT @limit
            """),
        new("consents", "What you let AI clients do in your name.",
            """
            SELECT oauth_grant.id, oauth_client.name AS client, oauth_grant.workspace_id, oauth_grant.scopes, oauth_grant.tools, oauth_grant.hidden_columns, oauth_grant.rows_per_day,
                strftime('%FT%TZ', oauth_grant.created_at, 'unixepoch') AS given_at, strftime('%FT%TZ', oauth_grant.expires_at, 'unixepoch') AS expires_at,
                strftime('%FT%TZ', oauth_grant.used_at, 'unixepoch') AS last_used_at, strftime('%FT%TZ', oauth_grant.paused_at, 'unixepoch') AS paused_at,
                strftime('%FT%TZ', oauth_grant.revoked_at, 'unixepoch') AS revoked_at
            FROM oauth_grant JOIN oauth_client ON oauth_client.id = oauth_grant.client_id WHERE oauth_grant.person_id = @person ORDER BY oauth_grant.id LIMIT @limit
            """),
        new("agents", "Agents, and tokens to pair one, that you made.",
            """
            SELECT 'agent' AS kind, id, workspace_id, name, strftime('%FT%TZ', paired_at, 'unixepoch') AS made_at, strftime('%FT%TZ', revoked_at, 'unixepoch') AS revoked_at
            FROM agent WHERE created_by = @person
            UNION ALL
            SELECT 'pairing token', id, workspace_id, name, strftime('%FT%TZ', created_at, 'unixepoch'), strftime('%FT%TZ', revoked_at, 'unixepoch')
            FROM pairing_token WHERE created_by = @person ORDER BY id LIMIT @limit
            """),
        new("questions", "Questions in SQL that you ran lately or saved, and those of AI clients that you accepted or declined.",
            """
            SELECT 'run' AS kind, workspace_id, NULL AS name, sql, strftime('%FT%TZ', ran_at, 'unixepoch') AS at, outcome, row_count AS rows FROM question_run WHERE person_id = @person
            UNION ALL
            SELECT 'saved', workspace_id, name, sql, strftime('%FT%TZ', saved_at, 'unixepoch'), NULL, NULL FROM saved_question WHERE saved_by = @person
            UNION ALL
            SELECT 'proposed', workspace_id, name, sql, strftime('%FT%TZ', decided_at, 'unixepoch'), iif(is_accepted, 'accepted', 'declined'), NULL FROM proposal WHERE decided_by = @person ORDER BY at LIMIT @limit
            """),
        new("support", "Workspaces that you looked into as somebody who runs the server.",
            """
            SELECT id, workspace_id, reason, strftime('%FT%TZ', created_at, 'unixepoch') AS created_at, strftime('%FT%TZ', coalesce(ended_at, expires_at), 'unixepoch') AS ended_at
            FROM support_grant WHERE person_id = @person ORDER BY id LIMIT @limit
            """),
        new("restore_requests", "Copies of workspaces from a backup that you asked for.",
            """
            SELECT id, workspace_id, name, moment, strftime('%FT%TZ', asked_at, 'unixepoch') AS asked_at, strftime('%FT%TZ', expires_at, 'unixepoch') AS expires_at,
                strftime('%FT%TZ', closed_at, 'unixepoch') AS closed_at, outcome, reason, copy_id
            FROM restore_request WHERE person_id = @person ORDER BY id LIMIT @limit
            """),
        new("closures", "When you asked for your account to be closed.",
            """
            SELECT id, strftime('%FT%TZ', asked_at, 'unixepoch') AS asked_at, strftime('%FT%TZ', called_off_at, 'unixepoch') AS called_off_at,
                strftime('%FT%TZ', approved_at, 'unixepoch') AS approved_at
            FROM closure WHERE person_id = @person ORDER BY id LIMIT @limit
            """),
    ];

    /// <summary>The names of the columns, and the rows: texts, whole numbers and nulls.</summary>
    /// <exception cref="ProblemException">There are more rows than anybody should have; better no copy than one with a hole that nobody sees.</exception>
    public (IReadOnlyList<string> Columns, IReadOnlyList<object?[]> Rows) Read(PersonalSection section, string person)
    {
        using var connection = control.Open();
        using var command = connection.Command(section.Sql, ("@person", person), ("@limit", MaxRows + 1));
        using var reader = command.ExecuteReader();
        var columns = Enumerable.Range(0, reader.FieldCount).Select(reader.GetName).ToArray();
        var rows = new List<object?[]>();
        while (reader.Read())
        {
            if (rows.Count == MaxRows)
            {
                throw new ProblemException(ProblemCodes.TooExpensive, $"More is kept about you than this file takes: {section.Name}. Ask whoever runs this server for a copy.");
            }

            rows.Add([.. Enumerable.Range(0, columns.Length).Select(column => reader.IsDBNull(column) ? null : reader.GetValue(column))]);
        }

        return (columns, rows);
    }
}
