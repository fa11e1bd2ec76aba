using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using WorkspaceServer.Vault.Databases;

namespace WorkspaceServer.Hosting;

/// <summary>Answers every failure as problem+json (RFC 9457) with a stable code, or as a page if a browser asks; what went wrong inside is only in the log.</summary>
internal static partial class ProblemResponses
{
    /// <summary>Said of every address that is nothing to its caller, whatever may be there for others.</summary>
    public const string NothingHere = "There is nothing at this address.";

    public static void Use(WebApplication app)
    {
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("WorkspaceServer.Failures");
        app.Use(async (context, next) =>
        {
            try
            {
                await next(context);
                await DescribeEmptyErrorAsync(context);
            }
            catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
            {
                // The caller went away; nobody is left to answer.
            }
#pragma warning disable CA1031 // The edge of the server: every failure is answered here, once.
            catch (Exception error) when (!context.Response.HasStarted)
#pragma warning restore CA1031
            {
                await AnswerAsync(context, error, log);
            }
        });
    }

    /// <summary>Writes one problem as the whole answer.</summary>
    public static Task WriteAsync(HttpContext context, ProblemCode code, string detail)
    {
        context.Response.StatusCode = code.HttpStatus;
        if (code.Security is { } suspicion)
        {
            context.RequestServices.GetRequiredService<SecurityLog>().Note(suspicion, code.Code);
        }

        if (HttpMethods.IsHead(context.Request.Method))
        {
            return Task.CompletedTask;
        }

        return AsksForPage(context.Request) && context.RequestServices.GetService<IProblemPage>() is { } page
            ? page.WriteAsync(context, code, detail)
            : context.Response.WriteAsJsonAsync(
                new Body("about:blank", ReasonPhrases.GetReasonPhrase(code.HttpStatus), code.HttpStatus, detail, code.Code, context.TraceIdentifier),
                options: null,
                contentType: "application/problem+json",
                context.RequestAborted);
    }

    // Browsers name text/html when a person goes to an address; programs and scripts do not.
    private static bool AsksForPage(HttpRequest request) =>
        MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var types)
        && types.Any(type => type.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase) && type.Quality is null or > 0)
        && !types.Any(type => type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase));

    private static Task AnswerAsync(HttpContext context, Exception error, ILogger log)
    {
        context.Response.Clear();
        switch (error)
        {
            case ProblemException { Code.HttpStatus: < 500 } problem:
                return WriteAsync(context, problem.Code, problem.Message);
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                return WriteAsync(context, ProblemCodes.PayloadTooLarge, "The request body is larger than this endpoint takes.");
            case BadHttpRequestException:
                return WriteAsync(context, ProblemCodes.BadRequest, "The request could not be read.");
            case ProblemException { Code: { HttpStatus: StatusCodes.Status503ServiceUnavailable } code }:
                return WriteAsync(context, code, error.Message);
            case var full when FullDisk.Caused(full):
                Failed(log, error);
                return WriteAsync(context, ProblemCodes.NoRoom, "The server's disk is full, so nothing was changed. Its operator has to make room.");
            default:
                Failed(log, error);
                return WriteAsync(context, ProblemCodes.InternalError, "The server failed. Tell its operator the request_id.");
        }
    }

    /// <summary>Routing and authorization answer with a bare status; this gives it the same shape as every other error.</summary>
    private static Task DescribeEmptyErrorAsync(HttpContext context)
    {
        var response = context.Response;
        if (response.HasStarted || response.StatusCode < 400 || response.ContentType is not null || response.ContentLength > 0)
        {
            return Task.CompletedTask;
        }

        return response.StatusCode switch
        {
            400 => WriteAsync(context, ProblemCodes.BadRequest, "The request could not be read."),
            401 => WriteAsync(context, ProblemCodes.Unauthorized, "Send a valid token as: Authorization: Bearer wsp_mcp_…"),
            403 => WriteAsync(context, ProblemCodes.Forbidden, "You may not do that."),
            404 => WriteAsync(context, ProblemCodes.NotFound, NothingHere),
            405 => WriteAsync(context, ProblemCodes.MethodNotAllowed, "This address does not take that method; see the Allow header."),
            406 => WriteAsync(context, ProblemCodes.NotAcceptable, "This address cannot answer in a form that the Accept header takes."),
            413 => WriteAsync(context, ProblemCodes.PayloadTooLarge, "The request body is larger than this endpoint takes."),
            415 => WriteAsync(context, ProblemCodes.UnsupportedMediaType, "Send the body as application/json."),
            _ => Task.CompletedTask,
        };
    }

    [LoggerMessage(1, LogLevel.Error, "The request failed.")]
    private static partial void Failed(ILogger logger, Exception error);

    private sealed record Body(string Type, string Title, int Status, string Detail, string Code, string RequestId);
}

/// <summary>Shows a problem to a person in a browser. The status is set already.</summary>
internal interface IProblemPage
{
    Task WriteAsync(HttpContext context, ProblemCode code, string detail);
}
