using System.Data.Common;
using WorkspaceServer.Protocol;

namespace WorkspaceServer.Agent.Sources.Sql;

/// <param name="DataType">As the database names it, in lower case.</param>
internal sealed record SqlColumn(string Name, string DataType);

/// <summary>How one kind of database is asked. All values are asked for as text, written by the database itself, so that no digit is lost on the way.</summary>
internal abstract class SqlDialect
{
    /// <summary>Whether <see cref="ListTables"/> and <see cref="ListColumns"/> know schemas, so that tables are named schema.table.</summary>
    public abstract string DefaultSchema { get; }

    /// <summary>Columns: schema, table.</summary>
    public abstract string ListTables { get; }

    /// <summary>Columns: name, type. Parameters: @schema, @table.</summary>
    public abstract string ListColumns { get; }

    /// <summary>Columns: name, in the order of the primary key. Parameters: @schema, @table.</summary>
    public abstract string ListKey { get; }

    /// <summary>What to do so that a server's certificate is trusted.</summary>
    public virtual string HowToTrust => "";

    /// <exception cref="SourceException">The text is not a connection, or one that is not safe.</exception>
    public abstract DbConnection Connect(string connectionString);

    /// <summary>Begins a transaction that reads one state of the database and cannot write, as far as the database knows such a thing.</summary>
    public abstract Task<DbTransaction> BeginReadOnlyAsync(DbConnection connection, CancellationToken cancel);

    public abstract DatabaseTrouble Recognize(DbException error);

    /// <summary>A name as SQL text.</summary>
    public abstract string Quote(string name);

    /// <summary>The column's values as text: the quoted name within a constant conversion.</summary>
    public abstract string AsText(SqlColumn column);

    /// <summary>What the database says about the column, or null if only the values can tell.</summary>
    public abstract SyncType? TypeOf(SqlColumn column);

    /// <summary>A value that is not NULL, as <see cref="AsText"/> asked for it.</summary>
    public virtual string Read(DbDataReader reader, int index, SqlColumn column) => Canonical(reader.GetString(index), column);

    /// <summary>The text as the protocol has it, where the database writes it in another way.</summary>
    public virtual string Canonical(string text, SqlColumn column) => text;
}
