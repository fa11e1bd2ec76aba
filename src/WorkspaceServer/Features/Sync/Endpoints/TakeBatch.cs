using System.Security.Claims;
using FluentValidation;
using Microsoft.AspNetCore.Mvc;
using WorkspaceServer.Features.Agents;
using WorkspaceServer.Hosting;
using WorkspaceServer.Protocol;
using WorkspaceServer.Workspaces.Sync;

namespace WorkspaceServer.Features.Sync.Endpoints;

/// <summary>PUT /api/v1/workspaces/{workspace}/sync/runs/{run}/batches/{number}: takes one batch. Answered means on the disk.</summary>
internal static class TakeBatch
{
    private const int HashDigits = 64;

    /// <summary>When to come again if too many batches are being taken, in seconds.</summary>
    private const string RetryAfterSeconds = "1";

    private static readonly Validator Rules = new();

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPut(SyncPaths.Batch, HandleAsync)
        .WithMetadata(new RequestSizeLimitAttribute(SyncLimits.MaxBodyBytes))
        .Guarded(Authority.Agent, RateClasses.Sync, InputCheck.By<Validator>(), Recording.Nothing("the run is recorded when it is committed"));

    private static async Task<IResult> HandleAsync(
        string run, string number, HttpContext context, ClaimsPrincipal user, SyncDesk desk, BatchesInFlight inFlight, SyncOptions options, CancellationToken cancel)
    {
        var agent = AgentIdentity.Of(user);
        var head = new Head(run, number, context.Request.Headers[SyncPaths.BatchHashHeader].ToString()).Checked(Rules);
        if (context.Request.ContentType != SyncPaths.BatchMediaType)
        {
            throw new ProblemException(ProblemCodes.UnsupportedMediaType, $"Send a batch as {SyncPaths.BatchMediaType}.");
        }

        using var place = inFlight.TryEnter(agent.Workspace);
        if (place is null)
        {
            return new TooMany();
        }

        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, cancel);
        var batch = new SentBatch(head.Run, head.Parsed, body.ToArray(), Convert.FromHexString(head.Sha256), options.Bounds);
        return Results.Json(await desk.TakeAsync(agent, batch, cancel));
    }

    /// <summary>What comes before the body.</summary>
    internal sealed record Head(string Run, string Number, string Sha256)
    {
        public int Parsed => int.TryParse(Number, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : 0;
    }

    internal sealed class Validator : AbstractValidator<Head>
    {
        public Validator()
        {
            RuleFor(head => head.Run).Must(RunId.IsGood).WithMessage($"A run's id is {RunId.Length} lowercase hexadecimal digits.");
            RuleFor(head => head.Parsed).InclusiveBetween(1, SyncLimits.MaxBatches).WithMessage($"Batches are numbered 1 to {SyncLimits.MaxBatches}.");
            RuleFor(head => head.Sha256).Must(text => text.Length == HashDigits && text.All(char.IsAsciiHexDigitLower)).WithMessage($"{SyncPaths.BatchHashHeader} is {HashDigits} lowercase hexadecimal digits.");
        }
    }

    private sealed class TooMany : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.Headers.RetryAfter = RetryAfterSeconds;
            return ProblemResponses.WriteAsync(httpContext, ProblemCodes.TooManyRequests, "Too many batches of this workspace are being taken. Come again in a second.");
        }
    }
}
