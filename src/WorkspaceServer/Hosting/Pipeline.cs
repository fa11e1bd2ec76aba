using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.HttpOverrides;
using WorkspaceServer.Hosting.Limits;
using WorkspaceServer.Hosting.Live;
using WorkspaceServer.Hosting.Measures;

namespace WorkspaceServer.Hosting;

/// <summary>The way of every request, in order. What is higher up also covers what is below it.</summary>
internal static class Pipeline
{
    public static void Use(WebApplication app)
    {
        app.UseForwardedHeaders();        // who and how, as the proxy on this machine says
        SeenProxy.Use(app);               // and that there is one
        RequestLog.Use(app);              // an id, and one line at the end
        SecurityHeaders.Use(app);         // on everything, errors included
        ProblemResponses.Use(app);        // every failure, answered once
        HostFilter.Use(app);              // only our names
        app.UseRouting();
        RequestLog.UseRoute(app);
        OriginCheck.Use(app);             // no page of somebody else's
        app.UseCors();                    // tells browsers so, and answers what they ask before a call
        RateLimits.UseByAddress(app);     // before any work is done for a caller
        UseNothingHere(app);              // 404 rather than 401, for clients probe addresses before they have a token
        app.UseAuthentication();          // who is it?
        RateLimits.UseByCaller(app);      // what is counted by token or person is known only now
        app.UseAuthorization();           // may they? Whatever does not say otherwise needs a signed-in caller.
        CrossSiteCheck.Use(app);          // is it their own doing, and not another site's?
    }

    public static void AddServices(IServiceCollection services)
    {
        services.AddRoutingCore();
        services.AddSingleton<PublicAddress>();
        services.AddSingleton<SeenProxy>();
        services.AddSingleton<RateLimits>();
        services.AddSingleton<Signals>();
        services.AddSingleton<ServerMeasures>();
        services.AddSingleton<SecurityLog>();
        OriginCheck.AddServices(services);
        CrossSiteCheck.AddServices(services);
        services.Configure<ForwardedHeadersOptions>(options =>
        {
            // Only loopback is trusted, which is the default. X-Forwarded-Host is not read: nginx passes Host on.
            options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            options.ForwardLimit = 1;
        });
        services.AddAuthentication(Schemes.OfEndpoint).AddPolicyScheme(Schemes.OfEndpoint, null, options => options.ForwardDefaultSelector =
            context => context.GetEndpoint()?.Metadata.GetMetadata<Guard>() is { } guard ? Schemes.Of(guard.Authority) : Schemes.Bearer);
        services.AddSingleton<IAuthorizationHandler, FreshAuthentication.Handler>();
        services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
    }

    private static void UseNothingHere(WebApplication app) => app.Use((context, next) => context.GetEndpoint() is null
        ? ProblemResponses.WriteAsync(context, ProblemCodes.NotFound, ProblemResponses.NothingHere)
        : next(context));
}
