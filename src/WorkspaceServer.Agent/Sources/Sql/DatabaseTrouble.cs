using System.Data.Common;
using System.Text.RegularExpressions;

namespace WorkspaceServer.Agent.Sources.Sql;

/// <summary>What kept a database from being read, whatever kind of database it is.</summary>
internal enum DatabaseTrouble
{
    /// <summary>The database's own words say it.</summary>
    Other,
    Login,
    NoDatabase,

    /// <summary>The agent's user may not read the table.</summary>
    Denied,

    /// <summary>The server is not there, or not any more.</summary>
    Network,
    Timeout,
    NotEncrypted,
    Untrusted,
}

/// <summary>Says in plain words, with a code that stays, why a database cannot be read.</summary>
internal static partial class DatabaseWords
{
    /// <summary>Whether a driver failed with this because of its database. When a server goes away some say so as an end of their stream, which is no error of a database.</summary>
    public static bool IsTrouble(Exception error) => error is DbException or IOException;

    /// <param name="error">One that <see cref="IsTrouble"/>.</param>
    /// <param name="isOpen">Whether the connection stood before.</param>
    public static SourceException Explain(SqlDialect dialect, Exception error, bool isOpen)
    {
        // A driver's message may quote the statement or a value that it stumbled on, but never a password: those stand in the connection's text only.
        var says = $"The database says: {(isOpen ? Quoted().Replace(error.Message, "…") : error.Message)}";
        return (error is DbException own ? dialect.Recognize(own) : DatabaseTrouble.Network) switch
        {
            DatabaseTrouble.Login => new SourceException(AgentProblem.SourceLogin, $"The database does not let the agent in; its user or password is not right. Remove the source and add it with the right ones. {says}", error),
            DatabaseTrouble.NoDatabase => new SourceException(AgentProblem.SourceDatabase, $"The server has no such database, or the agent's user may not use it. Remove the source and add it with the right name. {says}", error),
            DatabaseTrouble.Denied => new SourceException(AgentProblem.SourceDenied, $"The agent's user may not read this table. Allow it to, with GRANT SELECT, or take the table out of the source. {says}", error),
            DatabaseTrouble.Network or DatabaseTrouble.Timeout when !isOpen => new SourceException(
                AgentProblem.SourceUnreachable, $"The database is not reached. Look whether its server runs, whether its address is right, and whether a firewall is in between. {says}", error),
            DatabaseTrouble.Network => new SourceException(AgentProblem.SourceLost, "The connection to the database broke while it was read. Nothing was sent; the next sync reads it anew.", error),
            DatabaseTrouble.Timeout => new SourceException(
                AgentProblem.SourceTimeout, "The database did not answer in time. Nothing was sent; the next sync reads it anew. If it goes on, look what keeps the database busy.", error),
            DatabaseTrouble.NotEncrypted => new SourceException(
                AgentProblem.SourceNotEncrypted, "The database's server offers no encryption, so that the password and all rows could be read on the way. Turn its encryption on.", error),
            DatabaseTrouble.Untrusted => new SourceException(
                AgentProblem.SourceUntrusted, $"This computer does not trust the certificate of the database's server. {dialect.HowToTrust}", error),
            _ => new SourceException(says, error),
        };
    }

    /// <summary>From the first quotation mark of any kind to the last: names, and values of the rows that were read.</summary>
    [GeneratedRegex("""['"`‘’“”„«].*['"`‘’“”«»]""", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Quoted();
}
