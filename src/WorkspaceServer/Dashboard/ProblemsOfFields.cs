using WorkspaceServer.Hosting;

namespace WorkspaceServer.Dashboard;

internal static class ProblemsOfFields
{
    /// <summary>What is wrong with this field; null if nothing is, or if the form was not sent yet.</summary>
    public static string? For(this FormProblems? problems, string field) => problems?.Fields.GetValueOrDefault(field);
}
