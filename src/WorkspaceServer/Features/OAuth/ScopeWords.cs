using WorkspaceServer.Features.Tokens;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.OAuth;

/// <summary>Scopes in people's words.</summary>
internal static class ScopeWords
{
    public static string LabelOf(string scope) => scope switch
    {
        Scopes.TablesRead => T["Read tables"],
        Scopes.Search => T["Search"],
        Scopes.ActionsPropose => T["Propose questions to save"],
        Scopes.DataPrivate => T["Read private columns too"],
        _ => scope,
    };

    public static string HintOf(string scope) => scope switch
    {
        Scopes.TablesRead => T["Ask questions of tables and of the columns that do not stay hidden."],
        Scopes.Search => T["Find a party, an item or a voucher by its words."],
        Scopes.ActionsPropose => T["Nothing is saved until a person here accepts it."],
        Scopes.DataPrivate => T["Columns about persons, which stay hidden otherwise."],
        _ => "",
    };
}
