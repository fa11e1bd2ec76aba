using FluentValidation;

namespace WorkspaceServer.Features.Accounts;

/// <summary>How people prove who they are.</summary>
internal enum AuthMode
{
    /// <summary>With a password, a second factor or a link in a mail, all of this server.</summary>
    Local,

    /// <summary>At an OpenID Connect provider.</summary>
    Oidc,

    /// <summary>At Clerk.</summary>
    Clerk,
}

/// <summary>How a new password is hashed. Hashes of the other kind are still checked, and replaced at the next sign-in.</summary>
internal enum PasswordHashKind
{
    Argon2id,
    Bcrypt,
}

/// <summary>Settings of the section "Auth": who may sign in, and how.</summary>
internal sealed record AuthOptions
{
    public const string Section = "Auth";

    /// <summary>How people sign in: local (passwords of this server), oidc (see Oidc) or clerk (see Clerk). After a change run auth switch.</summary>
    public AuthMode Mode { get; init; } = AuthMode.Local;

    /// <summary>Set to true to let anybody with an e-mail address make an account. Without it people come by invitation or through user create.</summary>
    public bool AllowRegistration { get; init; }

    /// <summary>Whether a super_admin without a second factor reaches only the page that sets one up.</summary>
    public bool RequireMfaForOperators { get; init; } = true;

    /// <summary>A session ends after this time without use, in minutes; 5 to 60. A workspace may say otherwise for its members.</summary>
    public int SessionIdleMinutes { get; init; } = 30;

    /// <summary>A session ends after this time whatever happens, in hours; 1 to 24.</summary>
    public int SessionHours { get; init; } = 12;

    /// <summary>How new passwords are hashed: argon2id or bcrypt. A hash of another kind or cost is replaced at the next sign-in.</summary>
    public PasswordHashKind PasswordHash { get; init; } = PasswordHashKind.Argon2id;

    /// <summary>Memory of one Argon2id hash, in mebibytes; 19 to 512. Below 46 it needs two passes (OWASP Password Storage).</summary>
    public int Argon2Mebibytes { get; init; } = 46;

    /// <summary>Passes of one Argon2id hash over its memory; 1 to 10.</summary>
    public int Argon2Passes { get; init; } = 1;

    /// <summary>Cost of a bcrypt hash, as a power of two; 10 to 15.</summary>
    public int BcryptCost { get; init; } = 12;

    internal sealed class Validator : AbstractValidator<AuthOptions>
    {
        private const int OnePassMebibytes = 46;

        public Validator()
        {
            RuleFor(options => options.Mode).IsInEnum();
            RuleFor(options => options.SessionIdleMinutes).InclusiveBetween(5, 60);
            RuleFor(options => options.SessionHours).InclusiveBetween(1, 24);
            RuleFor(options => options.PasswordHash).IsInEnum();
            RuleFor(options => options.Argon2Mebibytes).InclusiveBetween(19, 512);
            RuleFor(options => options.Argon2Passes).InclusiveBetween(1, 10);
            RuleFor(options => options.Argon2Passes).GreaterThan(1).When(options => options.Argon2Mebibytes < OnePassMebibytes)
                .WithMessage("must be 2 or more when Auth:Argon2Mebibytes is less than 46.");
            RuleFor(options => options.BcryptCost).InclusiveBetween(10, 15);
        }
    }
}
