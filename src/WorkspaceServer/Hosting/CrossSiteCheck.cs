using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace WorkspaceServer.Hosting;

/// <summary>Stops requests that another site makes in a signed-in browser's name: where they come from, and a token in the form.</summary>
/// <remarks>
/// Covers every state change that a session allows, and the forms of people who have no session yet, such as sign-in itself. Both
/// checks must pass, on top of SameSite cookies. Programs with tokens carry no cookie and are not touched.
/// </remarks>
internal static class CrossSiteCheck
{
    /// <summary>The hidden field that every form carries, and the header that a script sends instead.</summary>
    public const string TokenField = "__RequestVerificationToken";
    public const string TokenHeader = "X-CSRF-Token";

    /// <summary>Largest form, in bytes.</summary>
    private const int MaxFormBytes = 16 * 1024;

    /// <summary>Fields beside a file.</summary>
    private const int MaxFieldsWithFile = 16;

    public static void AddServices(IServiceCollection services)
    {
        services.AddAntiforgery();
        services.AddOptions<AntiforgeryOptions>().Configure<ServerOptions>((options, server) =>
        {
            options.FormFieldName = TokenField;
            options.HeaderName = TokenHeader;
            options.SuppressXFrameOptionsHeader = true; // SecurityHeaders sets it, once.
            options.Cookie.Name = server.FormCookie;
            options.Cookie.Path = "/";
            options.Cookie.HttpOnly = true;
            options.Cookie.SameSite = SameSiteMode.Strict;
            options.Cookie.SecurePolicy = server.IsPublicHttps ? CookieSecurePolicy.Always : CookieSecurePolicy.None;
        });

        // Tokens are sealed under a key derived from the master key.
        services.Replace(ServiceDescriptor.Singleton<IDataProtectionProvider, DerivedProtection>());
        RemoveKeyRing(services);
    }

    /// <summary>The framework's own key ring would lie about in files. Whoever adds a part that brings it along calls this afterwards.</summary>
    public static void RemoveKeyRing(IServiceCollection services) =>
        services.Remove(services.Single(service => service.ImplementationType?.Name == "DataProtectionHostedService"));

    /// <summary>Comes after authorization: a token is bound to who is signed in.</summary>
    public static void Use(WebApplication app)
    {
        var address = app.Services.GetRequiredService<PublicAddress>();
        var tokens = app.Services.GetRequiredService<IAntiforgery>();
        app.Use(async (context, next) =>
        {
            if (IsChecked(context) && !(IsSameOrigin(context.Request, address) && await HasTokenAsync(context, tokens)))
            {
                await ProblemResponses.WriteAsync(context, ProblemCodes.CrossSiteRequest, "This form did not come from a page of this server, or the page is too old. Load the page again.");
                return;
            }

            await next(context);
        });
    }

    /// <summary>Marks an endpoint that takes a form from a page of ours, whether or not somebody is signed in.</summary>
    public static TBuilder TakesForm<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new FormLimit(MaxFormBytes, StaysInMemory: false));

    /// <summary>Marks an endpoint that takes a form with a file. It is never written to the disk, so the bound is one of memory.</summary>
    public static TBuilder TakesFile<TBuilder>(this TBuilder endpoint, int maxBytes)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new FormLimit(maxBytes, StaysInMemory: true));

    /// <summary>Marks an endpoint that takes a form with longer text than others.</summary>
    public static TBuilder TakesForm<TBuilder>(this TBuilder endpoint, int maxBytes)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new FormLimit(maxBytes, StaysInMemory: false));

    private static bool IsChecked(HttpContext context) =>
        !HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method) && !HttpMethods.IsOptions(context.Request.Method)
        && context.GetEndpoint()?.Metadata is { } metadata
        && (metadata.GetMetadata<FormLimit>() is not null
            // Without a cookie there is nothing that another site could make a browser send.
            || (context.Request.Cookies.Count > 0 && metadata.GetMetadata<Guard>()?.Authority is Authority.SignedInAuthority or Authority.PermissionAuthority));

    /// <summary>Browsers say where a request comes from in one of two headers; one that says nothing is refused.</summary>
    private static bool IsSameOrigin(HttpRequest request, PublicAddress address)
    {
        var (origin, site) = (request.Headers.Origin, request.Headers["Sec-Fetch-Site"]);
        // The Host was checked before: it is one of our names.
        return (origin.Count > 0 || site.Count > 0)
            && (origin.Count == 0 || (origin.Count == 1 && (Equal(origin[0]!, address.Origin) || Equal(origin[0]!, $"{request.Scheme}://{request.Host}"))))
            && (site.Count == 0 || (site.Count == 1 && site[0] == "same-origin"));
    }

    private static async Task<bool> HasTokenAsync(HttpContext context, IAntiforgery tokens)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<FormLimit>() is { StaysInMemory: true } limit)
        {
            context.Features.Set<IFormFeature>(new FormFeature(
                context.Request, new FormOptions { MemoryBufferThreshold = limit.MaxBytes, MultipartBodyLengthLimit = limit.MaxBytes, ValueCountLimit = MaxFieldsWithFile }));
        }

        try
        {
            return await tokens.IsRequestValidAsync(context);
        }
        catch (AntiforgeryValidationException error) when (error.InnerException is BadHttpRequestException tooLarge)
        {
            throw tooLarge;
        }
        catch (AntiforgeryValidationException error)
        {
            throw new ProblemException(ProblemCodes.BadRequest, "The form could not be read: it has too many fields, or too long ones.", error);
        }
    }

    private static bool Equal(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);

    private sealed record FormLimit(int MaxBytes, bool StaysInMemory) : IRequestSizeLimitMetadata
    {
        public long? MaxRequestBodySize => MaxBytes;
    }
}
