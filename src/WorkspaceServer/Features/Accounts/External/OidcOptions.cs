using FluentValidation;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Accounts.External;

/// <summary>Which identity provider people sign in with in mode oidc.</summary>
internal enum OidcPreset
{
    /// <summary>Any that speaks OpenID Connect, at <see cref="OidcOptions.Authority"/>.</summary>
    Generic,

    /// <summary>Google and Google Workspace.</summary>
    Google,

    /// <summary>Microsoft Entra ID, one tenant of it.</summary>
    Entra,
}

/// <summary>Settings of the section "Oidc": the identity provider that people sign in with when Auth:Mode is oidc.</summary>
internal sealed record OidcOptions
{
    public const string Section = "Oidc";

    private const string GoogleIssuer = "https://accounts.google.com";
    private const string EntraOrigin = "https://login.microsoftonline.com";

    /// <summary>generic (any provider), google, or entra (one tenant of Microsoft Entra ID).</summary>
    public OidcPreset Preset { get; init; } = OidcPreset.Generic;

    /// <summary>The provider's issuer exactly as its tokens name it, https only; for preset generic, the others know theirs.</summary>
    public string Authority { get; init; } = "";

    /// <summary>Directory (tenant) id, a GUID; for preset entra only. People of any other tenant are refused.</summary>
    public string TenantId { get; init; } = "";

    /// <summary>Client id that the provider gave this server.</summary>
    public string ClientId { get; init; } = "";

    /// <summary>Client secret that the provider gave this server. Belongs in server.env.</summary>
    [Secret]
    public string ClientSecret { get; init; } = "";

    /// <summary>
    /// Domains whose people may sign in, such as sharma.in; empty for everybody whom the provider knows. For preset google they are Google Workspace domains,
    /// otherwise those of verified e-mail addresses.
    /// </summary>
    public string[] AllowedDomains { get; init; } = [];

    /// <summary>The one value of `iss` that is taken.</summary>
    public string Issuer => Preset switch
    {
        OidcPreset.Google => GoogleIssuer,
        // The GUID as Microsoft writes it: what people paste may be in capitals.
        OidcPreset.Entra => $"{EntraOrigin}/{(Guid.TryParse(TenantId, out var tenant) ? tenant : TenantId)}/v2.0",
        _ => Authority,
    };

    internal sealed class Validator : AbstractValidator<OidcOptions>
    {
        /// <param name="isInUse">True in mode oidc: then nothing may be missing.</param>
        public Validator(bool isInUse)
        {
            RuleFor(options => options.Authority).Must(ExternalAddress.IsIssuer)
                .When(options => options.Authority.Length > 0)
                .WithMessage("must be the issuer: https:// with a host, perhaps a path, and nothing after it, such as https://id.example.in.");
            RuleFor(options => options.Authority).Empty()
                .When(options => options.Preset != OidcPreset.Generic)
                .WithMessage("is for preset generic only; the other presets know theirs.");
            RuleFor(options => options.TenantId).Empty()
                .When(options => options.Preset != OidcPreset.Entra)
                .WithMessage("is for preset entra only.");
            RuleFor(options => options.TenantId).Must(id => Guid.TryParseExact(id, "D", out _))
                .When(options => options.Preset == OidcPreset.Entra)
                .WithMessage("must be the GUID of your tenant. Names such as common or organizations would let in people of every tenant.");
            RuleForEach(options => options.AllowedDomains).Must(domain => domain.Contains('.', StringComparison.Ordinal) && Uri.CheckHostName(domain) == UriHostNameType.Dns)
                .WithMessage("must be domains such as sharma.in.");
            if (isInUse)
            {
                RuleFor(options => options.Authority).NotEmpty()
                    .When(options => options.Preset == OidcPreset.Generic)
                    .WithMessage("must name the issuer, since Auth:Mode is oidc.");
                RuleFor(options => options.ClientId).NotEmpty().WithMessage("must be set, since Auth:Mode is oidc.");
                RuleFor(options => options.ClientSecret).NotEmpty()
                    .WithMessage("must be set, since Auth:Mode is oidc; put WORKSPACE_Oidc__ClientSecret=… into server.env.");
            }
        }
    }
}
