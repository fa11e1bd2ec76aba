using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;

namespace WorkspaceServer.Dashboard;

/// <summary>A page as the answer of an endpoint: a Razor component, rendered once on the server from its model. No router, no circuit, no script.</summary>
internal static class Page
{
    /// <summary>What a page may load and do: our own files, our own forms, nothing inline, nothing of another origin.</summary>
    public const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; "
        + "base-uri 'none'; frame-ancestors 'none'; object-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    /// <param name="model">Given to the component as its parameter Model.</param>
    public static IResult Of<TComponent>(object model, int status = StatusCodes.Status200OK)
        where TComponent : IComponent => new Result<TComponent>(model, status, ContentSecurityPolicy);

    /// <summary>A page with a widget of another origin, which may load and frame from there and from nowhere else. Without a widget it is like every other page.</summary>
    /// <remarks>Trusted types are not asked for here: browsers would hold them against the widget's script too, which is not ours to change.</remarks>
    public static IResult WithWidget<TComponent>(object model, VendorWidget? widget, int status = StatusCodes.Status200OK)
        where TComponent : IComponent => widget is null ? Of<TComponent>(model, status) : new Result<TComponent>(model, status, PolicyWith(widget));

    /// <summary>After a form was done with: 303, so that loading the page again does not send the form again (RFC 9110, section 15.4.4).</summary>
    public static IResult SeeOther(string path) => new Elsewhere(path);

    private sealed class Elsewhere(string path) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
            httpContext.Response.Headers.Location = path;
            return Task.CompletedTask;
        }
    }

    /// <summary>A page whose form is answered by a redirect to somewhere else, which browsers hold against the policy of the page too.</summary>
    /// <param name="target">A source expression (CSP Level 3, section 2.3.1), such as https://claude.ai or http://127.0.0.1:3000; the caller vouches for its form.</param>
    public static IResult WithFormTarget<TComponent>(object model, string target)
        where TComponent : IComponent =>
        new Result<TComponent>(model, StatusCodes.Status200OK, ContentSecurityPolicy.Replace("form-action 'self'", "form-action 'self' " + target, StringComparison.Ordinal));

    private static string PolicyWith(VendorWidget widget) => ContentSecurityPolicy
        .Replace("script-src 'self'", $"script-src 'self' {widget.Origin}; frame-src {widget.Origin}", StringComparison.Ordinal)
        .Replace("; require-trusted-types-for 'script'; trusted-types 'none'", "", StringComparison.Ordinal);

    private sealed class Result<TComponent>(object model, int status, string policy) : IResult
        where TComponent : IComponent
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.Headers.ContentSecurityPolicy = policy;
            httpContext.Response.Headers["Cross-Origin-Opener-Policy"] = "same-origin";
            return new RazorComponentResult<TComponent>(new Dictionary<string, object?> { ["Model"] = model })
            {
                StatusCode = status,
                PreventStreamingRendering = true,
            }.ExecuteAsync(httpContext);
        }
    }
}
