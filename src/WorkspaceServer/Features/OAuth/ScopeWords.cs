using WorkspaceServer.Features.Tokens;

namespace WorkspaceServer.Features.OAuth;

/// <summary>Scopes in people's words.</summary>
internal static class ScopeWords
{
    public static string LabelOf(string scope) => scope switch
    {
        Scopes.TablesRead => "Read tables",
        Scopes.Search => "Search",
        Scopes.ActionsPropose => "Propose questions to save",
        Scopes.DataPrivate => "Read private columns too",
        _ => scope,
    };

    public static string HintOf(string scope) => scope switch
    {
        Scopes.TablesRead => "Ask questions of tables and of the columns that do not stay hidden.",
        Scopes.Search => "Find a party, an item or a voucher by its words.",
        Scopes.ActionsPropose => "Nothing is saved until a person here accepts it.",
        Scopes.DataPrivate => "Columns about persons, which stay hidden otherwise.",
        _ => "",
    };
}
