using WorkspaceServer.Hosting;

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
            StatusCodes.Status401Unauthorized => ("Sign in to see this page", "This page is for people who are signed in."),
            StatusCodes.Status403Forbidden => ("You may not open this page", detail),
            StatusCodes.Status404NotFound => ("There is no such page", "The address may have changed, or you may not see what is there."),
            StatusCodes.Status429TooManyRequests => ("Too many tries", detail),
            StatusCodes.Status503ServiceUnavailable => ("The server is busy", detail),
            >= 500 => ("This page did not load", "Something went wrong on this server, not with you. Your data is as it was: nothing was saved half-way."),
            _ => ("That did not work", detail),
        };
        return new ProblemModel(code.HttpStatus, code.Code, title, text, requestId, retryPath);
    }

    // A form is not sent again by a link.
    private static string? RetryPath(HttpContext context) =>
        HttpMethods.IsGet(context.Request.Method) ? context.Request.PathBase + context.Request.Path + context.Request.QueryString : null;
}

/// <param name="Code">The same that a program gets, for whoever is asked.</param>
/// <param name="RequestId">By which the operator finds the cause in the log.</param>
/// <param name="RetryPath">The same page again; null if trying again makes no sense.</param>
public sealed record ProblemModel(int Status, string Code, string Title, string Text, string RequestId, string? RetryPath);
