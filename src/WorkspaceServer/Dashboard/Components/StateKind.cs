namespace WorkspaceServer.Dashboard.Components;

/// <summary>What a state means; it gives colour and icon together, never the colour alone.</summary>
public enum StateKind
{
    Neutral,
    Accent,
    Ok,
    Warn,
    Bad,
}

internal static class StateKinds
{
    public static string Class(this StateKind kind) => kind switch
    {
        StateKind.Accent => " accent",
        StateKind.Ok => " ok",
        StateKind.Warn => " warn",
        StateKind.Bad => " bad",
        _ => "",
    };

    public static string Icon(this StateKind kind) => kind switch
    {
        StateKind.Accent => "clock",
        StateKind.Ok => "check",
        StateKind.Warn => "alert",
        StateKind.Bad => "x",
        _ => "info",
    };
}
