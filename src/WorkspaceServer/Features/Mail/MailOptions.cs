using FluentValidation;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Mail;

/// <summary>How the connection to the mail server is protected.</summary>
internal enum MailSecurity
{
    /// <summary>Plain first, then TLS before anything is said; refused if the server cannot.</summary>
    StartTls,

    /// <summary>TLS from the first byte.</summary>
    Tls,

    /// <summary>None: only for a mail server on this machine.</summary>
    None,
}

/// <summary>Settings of the section "Mail": how mails leave. Without a host they are written to files in the data folder.</summary>
internal sealed record MailOptions
{
    public const string Section = "Mail";

    /// <summary>Host name of the mail server; empty to write mails as .eml files into the folder mail of the data folder.</summary>
    public string Host { get; init; } = "";

    /// <summary>Port of the mail server; 1 to 65,535.</summary>
    public int Port { get; init; } = 587;

    /// <summary>How the connection is protected: starttls, tls, or none (only for a mail server on this machine).</summary>
    public MailSecurity Security { get; init; } = MailSecurity.StartTls;

    /// <summary>User name at the mail server; empty to send without signing in there.</summary>
    public string User { get; init; } = "";

    /// <summary>File that holds the password at the mail server and nothing else, mode 0400 or 0600.</summary>
    public string PasswordFile { get; init; } = "";

    /// <summary>Address that mails come from.</summary>
    public string From { get; init; } = "workspace-server@localhost";

    /// <summary>Longest time that the mail server may take for one mail, in seconds; 1 to 120.</summary>
    public int TimeoutSeconds { get; init; } = 20;

    internal sealed class Validator : AbstractValidator<MailOptions>
    {
        private static readonly string[] ThisMachine = ["localhost", "127.0.0.1", "::1"];

        public Validator()
        {
            RuleFor(options => options.Host).Must(host => host.Length == 0 || Uri.CheckHostName(host) != UriHostNameType.Unknown)
                .WithMessage("must be a host name without a port.");
            RuleFor(options => options.Port).InclusiveBetween(1, 65_535);
            RuleFor(options => options.Security).IsInEnum();
            RuleFor(options => options.Security).NotEqual(MailSecurity.None).When(options => options.Host.Length > 0 && !ThisMachine.Contains(options.Host))
                .WithMessage("may be none only for a mail server on this machine: mails hold links that sign people in.");
            RuleFor(options => options.PasswordFile).NotEmpty().When(options => options.User.Length > 0);
            RuleFor(options => options.From).Must(EmailAddress.IsValid).WithMessage("must be an e-mail address.");
            RuleFor(options => options.TimeoutSeconds).InclusiveBetween(1, 120);
        }
    }
}
