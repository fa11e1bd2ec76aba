namespace WorkspaceServer.Features.Controls;

/// <summary>A control as programs get it: from the API and from `doctor --json`.</summary>
/// <param name="State">live, partial or absent.</param>
/// <param name="CheckedAt">When a check last looked; null if tests alone prove it.</param>
/// <param name="Tests">Classes of tests that prove it, as they were when this program was built.</param>
/// <param name="Unproved">Ids of its claims that no test proves.</param>
/// <param name="Unseen">Checks that watch it and were not made yet.</param>
internal sealed record ControlAnswer(
    string Id, string Topic, string Title, string State, DateTimeOffset? CheckedAt, IReadOnlyList<string> Claims, IReadOnlyList<string> Tests, IReadOnlyList<string> Unproved, IReadOnlyList<ControlFinding> Findings,
    IReadOnlyList<string> Unseen)
{
    public static IReadOnlyList<ControlAnswer> Of(IEnumerable<ControlStanding> controls) => [.. controls.Select(Of)];

    public static ControlAnswer Of(ControlStanding each) => new(
        each.Control.Id, each.Control.Topic.Title(), each.Control.Title.ToString(), NameOf(each.State), each.CheckedAt, each.Control.Claims, each.Tests, each.Unproved,
        [.. each.Looks.Select(look => new ControlFinding(look.Check, look.State.ToString().ToLowerInvariant(), look.Text, look.Cure, look.At))], each.Unseen);

    /// <summary>As it stands in addresses and answers.</summary>
    public static string NameOf(ControlState state) => state.ToString().ToLowerInvariant();
}

/// <param name="State">ok, warn or fail.</param>
/// <param name="Cure">What mends it, if it is not in order.</param>
internal sealed record ControlFinding(string Check, string State, string Text, string? Cure, DateTimeOffset At);
