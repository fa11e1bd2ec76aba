using WorkspaceServer.Features.OAuth.Doctor;
using WorkspaceServer.Features.OAuth.Grants;
using WorkspaceServer.Features.Tokens.Pages;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.OAuth.Pages;

/// <param name="Connect">How to connect another one.</param>
/// <param name="Stop">AI is switched off here; null if it is on.</param>
public sealed record ConnectedModel(IReadOnlyList<ClientRow> Clients, bool MayEnd, bool MayLetGoOn, ConnectModel Connect, DoctorModel Doctor, StopModel? Stop = null);

/// <param name="Again">The page that it is on, by an address that it does not have already: a link to a part of the same page loads nothing.</param>
/// <param name="Path">Where its forms go; its events are behind it.</param>
/// <param name="State">Compared with what the stream says.</param>
/// <param name="Report">Null while this person watches nothing here.</param>
public sealed record DoctorModel(string Again, string Path, string State, DoctorReport? Report);

/// <param name="Back">The list of AI clients.</param>
/// <param name="Url">The MCP endpoint as other programs reach it.</param>
/// <param name="Endpoint">Its path, for this page, which may speak to its own origin only.</param>
public sealed record TestModel(string Home, string Back, string Url, string Endpoint);

/// <param name="IsWholeServer">For every workspace, which nobody here can end.</param>
public sealed record StopModel(bool IsWholeServer, DateTimeOffset At);

/// <param name="VerifiedHost">The host that vouches for it; null if it only says who it is.</param>
/// <param name="Person">Who let it in.</param>
/// <param name="Href">Its own page; its forms go behind it.</param>
public sealed record ClientRow(
    string Id,
    string Name,
    string? VerifiedHost,
    string Person,
    ClientStatus Status,
    IReadOnlyList<string> May,
    long RowsToday,
    long RowsPerDay,
    DateTimeOffset? UsedAt,
    string Href)
{
    public bool IsLive => Status is ClientStatus.Active or ClientStatus.Paused;
}

/// <param name="Back">The list.</param>
/// <param name="Tools">Null: all that its scopes open.</param>
/// <param name="ReadsPrivate">It was allowed private columns.</param>
/// <param name="MayPropose">It was allowed to propose questions.</param>
public sealed record ClientModel(
    ClientRow Client,
    string Back,
    IReadOnlyList<string>? Tools,
    IReadOnlyList<string> Hidden,
    DateTimeOffset ExpiresAt,
    long RowsInAll,
    bool ReadsPrivate,
    bool MayPropose,
    bool MayNarrow,
    FormProblems? Problems);

/// <param name="StoppedAt">When AI was switched off for all workspaces; null if it is on.</param>
public sealed record OperatorAiModel(DateTimeOffset? StoppedAt, string Path);
