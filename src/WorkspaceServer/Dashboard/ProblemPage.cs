using WorkspaceServer.Hosting;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Dashboard;

/// <summary>Shows a problem to a person: whose fault it is, what happened to the data, what to do, and one number to send.</summary>
internal sealed class ProblemPage : IProblemPage
{
    public Task WriteAsync(HttpContext context, ProblemCode code, string detail) => Page
        .Of<ProblemView>(Describe(code, detail, context.TraceIdentifier, RetryPath(context)), code.HttpStatus)
        .ExecuteAsync(context);

    internal static ProblemModel Describe(ProblemCode code, string detail, string requestId, string? retryPath)
    {
        var (title, text) = code.HttpStatus switch
        {
            StatusCodes.Status401Unauthorized => (T["Sign in to see this page"], T["This page is for people who are signed in."]),
            StatusCodes.Status403Forbidden => (T["You may not open this page"], detail),
            StatusCodes.Status404NotFound => (T["There is no such page"], T["The address may have changed, or you may not see what is there."]),
            StatusCodes.Status429TooManyRequests => (T["Too many tries"], detail),
            StatusCodes.Status503ServiceUnavailable => (T["The server is busy"], detail),
            >= 500 => (T["This page did not load"], T["Something went wrong on this server, not with you. Your data is as it was: nothing was saved half-way."]),
            _ => (T["That did not work"], detail),
        };
        return new ProblemModel(code.HttpStatus, code.Code, title, text, requestId, retryPath, IsDetail: text == detail);
    }

    // A form is not sent again by a link.
    private static string? RetryPath(HttpContext context) =>
        HttpMethods.IsGet(context.Request.Method) ? context.Request.PathBase + context.Request.Path + context.Request.QueryString : null;
}

/// <param name="Code">The same that a program gets, for whoever is asked.</param>
/// <param name="RequestId">By which the operator finds the cause in the log.</param>
/// <param name="RetryPath">The same page again; null if trying again makes no sense.</param>
/// <param name="IsDetail">The text is what programs get, too, and so in English.</param>
public sealed record ProblemModel(int Status, string Code, string Title, string Text, string RequestId, string? RetryPath, bool IsDetail = false);
