using Microsoft.AspNetCore.Components;

namespace WorkspaceServer.Dashboard.Components;

/// <summary>How a button looks, for what sends a form and for what leads elsewhere.</summary>
public abstract class ButtonLook : ComponentBase
{
    /// <summary>The one main action of a view.</summary>
    [Parameter]
    public bool Primary { get; set; }

    [Parameter]
    public bool Quiet { get; set; }

    /// <summary>Takes something away.</summary>
    [Parameter]
    public bool Danger { get; set; }

    [Parameter]
    public bool Small { get; set; }

    /// <summary>As wide as its column.</summary>
    [Parameter]
    public bool Block { get; set; }

    [Parameter]
    public string? Icon { get; set; }

    [Parameter, EditorRequired]
    public required RenderFragment ChildContent { get; set; }

    protected string Classes => "btn"
        + (Primary && Danger ? " btn-danger-fill" : Primary ? " btn-primary" : Danger ? " btn-danger" : Quiet ? " btn-quiet" : "")
        + (Small ? " btn-small" : "")
        + (Block ? " btn-block" : "");
}
