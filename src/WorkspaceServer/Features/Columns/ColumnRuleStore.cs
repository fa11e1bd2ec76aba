using WorkspaceServer.Control;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Columns;

/// <summary>All SQL about the classes of columns. Table: column_rule. Schema: Control/Migrations/0012.</summary>
internal sealed class ColumnRuleStore(ControlDatabase control, AuditLog audit)
{
    /// <summary>Columns of one workspace that have a rule.</summary>
    private const int MaxRules = 10_000;

    public IReadOnlyList<ColumnRule> List(WorkspaceId workspace)
    {
        using var connection = control.Open();
        return List(connection, workspace);
    }

    /// <summary>The same of a control database that is already open.</summary>
    public static IReadOnlyList<ColumnRule> List(ControlConnection connection, WorkspaceId workspace)
    {
        using var command = connection.Command(
            "SELECT table_name, column_name, class, is_hidden FROM column_rule WHERE workspace_id = @workspace ORDER BY 1, 2 LIMIT @most",
            ("@workspace", workspace.ToString()),
            ("@most", MaxRules));
        using var rows = command.ExecuteReader();
        var list = new List<ColumnRule>();
        while (rows.Read())
        {
            // A class that nobody knows, from a newer version, is taken for the most careful one.
            var kind = ColumnClasses.Find(rows.GetString(2)) ?? ColumnClass.Confidential;
            list.Add(new ColumnRule(rows.GetString(0), rows.GetString(1), kind, rows.GetInt64(3) != 0));
        }

        return list;
    }

    public void Set(WorkspaceId workspace, ColumnRule rule, AuditEntry entry)
    {
        using var connection = control.Open();
        connection.Begin();
        connection.Execute(
            """
            INSERT INTO column_rule (workspace_id, table_name, column_name, class, is_hidden) VALUES (@workspace, @table, @column, @class, @hidden)
            ON CONFLICT (workspace_id, table_name, column_name) DO UPDATE SET class = excluded.class, is_hidden = excluded.is_hidden
            """,
            ("@workspace", workspace.ToString()),
            ("@table", rule.Table),
            ("@column", rule.Column),
            ("@class", ColumnClasses.NameOf(rule.Class)),
            ("@hidden", rule.IsHidden ? 1 : 0));
        audit.Append(connection, entry);
        connection.Commit();
    }

    /// <summary>Gives a copy of a workspace the rules of the workspace, in the caller's transaction. Of a column that has none now, those of then hold.</summary>
    /// <param name="ofThen">The rules at the moment that the copy is of.</param>
    public static void Copy(ControlConnection connection, WorkspaceId from, WorkspaceId copy, IReadOnlyList<ColumnRule> ofThen)
    {
        connection.Execute(
            """
            INSERT INTO column_rule (workspace_id, table_name, column_name, class, is_hidden)
            SELECT @copy, table_name, column_name, class, is_hidden FROM column_rule WHERE workspace_id = @from
            """,
            ("@copy", copy.ToString()),
            ("@from", from.ToString()));
        foreach (var rule in ofThen)
        {
            connection.Execute(
                """
                INSERT INTO column_rule (workspace_id, table_name, column_name, class, is_hidden) VALUES (@workspace, @table, @column, @class, @hidden)
                ON CONFLICT (workspace_id, table_name, column_name) DO NOTHING
                """,
                ("@workspace", copy.ToString()),
                ("@table", rule.Table),
                ("@column", rule.Column),
                ("@class", ColumnClasses.NameOf(rule.Class)),
                ("@hidden", rule.IsHidden ? 1 : 0));
        }
    }
}
