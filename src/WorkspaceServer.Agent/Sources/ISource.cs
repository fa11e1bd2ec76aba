using WorkspaceServer.Protocol;

namespace WorkspaceServer.Agent.Sources;

/// <summary>A place on this computer that tables come from: a file, a folder, a database, an accounting program. Only ever read.</summary>
internal interface ISource
{
    /// <summary>The tables that can be read, in an order that stays the same.</summary>
    /// <exception cref="SourceException">The source cannot be read; the message says what to do.</exception>
    Task<IReadOnlyList<SourceTable>> ListAsync(CancellationToken cancel);

    /// <summary>Opens one table for one pass over its rows.</summary>
    /// <exception cref="SourceException">There is no such table, or it cannot be read.</exception>
    Task<ISourceRows> OpenAsync(string table, CancellationToken cancel);
}

/// <summary>One pass over the rows of a table. The rows are those of one moment: a source that changed meanwhile is an error at the end.</summary>
internal interface ISourceRows : IAsyncDisposable
{
    IReadOnlyList<SourceColumn> Columns { get; }

    /// <exception cref="SourceException">The source is broken at this row, or changed while it was read.</exception>
    ValueTask<bool> ReadAsync(CancellationToken cancel);

    /// <summary>A cell of the current row as canonical text; good until the next row is read.</summary>
    /// <returns>False if the cell is NULL.</returns>
    bool TryGetCell(int column, out ReadOnlySpan<char> text);
}

/// <param name="Name">As the source has it.</param>
/// <param name="Key">Columns that the source itself says are unique together and never NULL; empty if it says nothing.</param>
internal sealed record SourceTable(string Name, IReadOnlyList<string> Key);

/// <param name="Name">Fit for a workspace: letters A to Z, digits and _.</param>
/// <param name="Header">As the source has it.</param>
/// <param name="Type">What the source says about it, or null: the values say it.</param>
internal sealed record SourceColumn(string Name, string Header, SyncType? Type = null);

/// <summary>A source cannot be read as it is. The message is for the person who set it up, and never holds a cell's value.</summary>
internal sealed class SourceException : Exception
{
    public SourceException(string message, Exception? inner = null)
        : this(AgentProblem.Source, message, inner)
    {
    }

    public SourceException(AgentProblem problem, string message, Exception? inner = null)
        : base(message, inner) => Problem = problem;

    public AgentProblem Problem { get; }
}
