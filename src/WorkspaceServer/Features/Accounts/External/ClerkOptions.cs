using FluentValidation;

namespace WorkspaceServer.Features.Accounts.External;

/// <summary>Settings of the section "Clerk": the Clerk instance that people sign in with when Auth:Mode is clerk.</summary>
internal sealed record ClerkOptions
{
    public const string Section = "Clerk";

    private const string KeysPath = "/.well-known/jwks.json";

    /// <summary>The instance's Frontend API address, which is also the issuer of its tokens, such as https://clerk.sharma.in.</summary>
    public string FrontendApi { get; init; } = "";

    /// <summary>Origins whose pages may ask for a token (its `azp`), such as https://ws.sharma.in.</summary>
    public string[] AuthorizedParties { get; init; } = [];

    /// <summary>Where the instance publishes the keys that it signs with.</summary>
    public Uri KeysAddress => new(FrontendApi + KeysPath);

    internal sealed class Validator : AbstractValidator<ClerkOptions>
    {
        /// <param name="isInUse">True in mode clerk: then nothing may be missing.</param>
        public Validator(bool isInUse)
        {
            RuleFor(options => options.FrontendApi).Must(ExternalAddress.IsOrigin)
                .When(options => options.FrontendApi.Length > 0)
                .WithMessage("must be https:// with a host and nothing after it, such as https://clerk.sharma.in.");
            RuleForEach(options => options.AuthorizedParties).Must(ExternalAddress.IsOrigin)
                .WithMessage("must be origins such as https://ws.sharma.in.");
            if (isInUse)
            {
                RuleFor(options => options.FrontendApi).NotEmpty().WithMessage("must be set, since Auth:Mode is clerk.");
                RuleFor(options => options.AuthorizedParties).NotEmpty()
                    .WithMessage("must name the origin of your sign-in page, since Auth:Mode is clerk; without it a token made for any other site would be taken.");
            }
        }
    }
}
