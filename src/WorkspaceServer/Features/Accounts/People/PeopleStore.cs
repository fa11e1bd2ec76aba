using Microsoft.Data.Sqlite;
using WorkspaceServer.Control;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Accounts.People;

/// <summary>All SQL about who exists. Table: person. Schema: Control/Migrations/0002.</summary>
internal sealed class PeopleStore(ControlDatabase control)
{
    private const string Columns = "SELECT id, email, name, system_role, created_at, suspended_at FROM person ";

    /// <returns>False if somebody has that address.</returns>
    public bool Add(Person person)
    {
        using var connection = control.Open();
        return Add(connection, person);
    }

    /// <summary>Adds a person in the caller's transaction.</summary>
    /// <returns>False if somebody has that address.</returns>
    public static bool Add(ControlConnection connection, Person person) => connection.Execute(
        """
        INSERT INTO person (id, email, email_key, name, system_role, created_at) VALUES (@id, @email, @key, @name, @role, @now)
        ON CONFLICT (email_key) DO NOTHING
        """,
        Values(person)) == 1;

    /// <summary>Adds the very first person.</summary>
    /// <returns>False if there is one already.</returns>
    public bool AddFirst(Person person)
    {
        using var connection = control.Open();
        return connection.Execute(
            """
            INSERT INTO person (id, email, email_key, name, system_role, created_at)
            SELECT @id, @email, @key, @name, @role, @now WHERE NOT EXISTS (SELECT 1 FROM person)
            """,
            Values(person)) == 1;
    }

    public Person? Find(string id)
    {
        using var connection = control.Open();
        using var command = connection.Command(Columns + "WHERE id = @id", ("@id", id));
        return ReadOne(command);
    }

    /// <summary>Whoever has this address, suspended or not.</summary>
    public Person? FindByEmail(string email)
    {
        using var connection = control.Open();
        using var command = connection.Command(Columns + "WHERE email_key = @key", ("@key", EmailAddress.KeyOf(email)));
        return ReadOne(command);
    }

    /// <summary>Super admins who are not suspended, and how many of them have no app, no passkey and no number for codes.</summary>
    public (int All, int WithoutSecondFactor) CountOperators()
    {
        using var connection = control.Open();
        using var command = connection.Command(
            """
            SELECT count(*), count(*) FILTER (WHERE NOT EXISTS (SELECT 1 FROM totp WHERE person_id = person.id AND sealed_key IS NOT NULL)
                AND NOT EXISTS (SELECT 1 FROM passkey WHERE person_id = person.id)
                AND NOT EXISTS (SELECT 1 FROM phone WHERE person_id = person.id))
            FROM person WHERE system_role = 'super_admin' AND suspended_at IS NULL
            """);
        using var row = command.ExecuteReader();
        row.Read();
        return (row.GetInt32(0), row.GetInt32(1));
    }

    public bool IsEmpty()
    {
        using var connection = control.Open();
        using var command = connection.Command("SELECT NOT EXISTS (SELECT 1 FROM person)");
        return command.ExecuteScalar() is 1L;
    }

    /// <summary>One page of them, oldest first.</summary>
    /// <param name="after">Only those after this id; null for the first.</param>
    public IReadOnlyList<Person> ListPage(string? after, int limit) =>
        All(Columns + "WHERE @after IS NULL OR id > @after ORDER BY id LIMIT @limit", ("@after", after), ("@limit", limit));

    public long Count()
    {
        using var connection = control.Open();
        using var command = connection.Command("SELECT count(*) FROM person");
        return (long)command.ExecuteScalar()!;
    }

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<Person> List() => All(Columns + "ORDER BY id");

    private List<Person> All(string sql, params ReadOnlySpan<(string, object?)> values)
    {
        using var connection = control.Open();
        using var command = connection.Command(sql, values);
        using var rows = command.ExecuteReader();
        var list = new List<Person>();
        while (rows.Read())
        {
            list.Add(Read(rows));
        }

        return list;
    }

    /// <returns>False if there is no such person or they were suspended before.</returns>
    public bool Suspend(string id, DateTimeOffset now)
    {
        using var connection = control.Open();
        return connection.Execute(
            "UPDATE person SET suspended_at = @now WHERE id = @id AND suspended_at IS NULL", ("@id", id), ("@now", now.ToUnixTimeSeconds())) == 1;
    }

    /// <returns>False if there is no such person or they are not suspended.</returns>
    public bool Unsuspend(string id)
    {
        using var connection = control.Open();
        return connection.Execute("UPDATE person SET suspended_at = NULL WHERE id = @id AND suspended_at IS NOT NULL", ("@id", id)) == 1;
    }

    /// <summary>As the column system_role holds it.</summary>
    public static string RoleText(SystemRole role) => role == SystemRole.SuperAdmin ? "super_admin" : "user";

    public static SystemRole RoleOf(string text) => text == "super_admin" ? SystemRole.SuperAdmin : SystemRole.User;

    private static (string, object?)[] Values(Person person) =>
    [
        ("@id", person.Id),
        ("@email", person.Email),
        ("@key", EmailAddress.KeyOf(person.Email)),
        ("@name", person.Name),
        ("@role", RoleText(person.Role)),
        ("@now", person.CreatedAt.ToUnixTimeSeconds()),
    ];

    private static Person? ReadOne(SqliteCommand command)
    {
        using var rows = command.ExecuteReader();
        return rows.Read() ? Read(rows) : null;
    }

    private static Person Read(SqliteDataReader row) => new(
        row.GetString(0),
        row.GetString(1),
        row.GetString(2),
        RoleOf(row.GetString(3)),
        DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(4)),
        row.IsDBNull(5) ? null : DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(5)));
}
