namespace WorkspaceServer.Dashboard;

/// <summary>A widget of another origin inside a form: the one thing that a page may load from elsewhere.</summary>
/// <param name="Origin">The only other origin that the page may load from, such as https://challenges.cloudflare.com.</param>
/// <param name="Script">The address of its script, of that origin.</param>
/// <param name="SiteKey">How the vendor knows this server; no secret.</param>
/// <param name="Action">Which form it is.</param>
/// <param name="Field">The form's field into which it writes.</param>
public sealed record VendorWidget(string Origin, string Script, string SiteKey, string Action, string Field);
