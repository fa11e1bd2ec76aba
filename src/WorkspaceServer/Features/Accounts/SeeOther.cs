namespace WorkspaceServer.Features.Accounts;

/// <summary>After a form was done with: 303, so that loading the page again does not send the form again (RFC 9110, section 15.4.4).</summary>
internal static class SeeOther
{
    public static IResult To(string path) => new Answer(path);

    private sealed class Answer(string path) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
            httpContext.Response.Headers.Location = path;
            return Task.CompletedTask;
        }
    }
}
