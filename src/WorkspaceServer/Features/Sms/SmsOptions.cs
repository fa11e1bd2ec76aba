using FluentValidation;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Sms;

/// <summary>How short messages leave.</summary>
internal enum SmsSenderKind
{
    /// <summary>Not at all: nobody is offered codes by message.</summary>
    None,

    /// <summary>As files in the data folder, for trying it out.</summary>
    Spool,

    /// <summary>Through a gateway that takes JSON over https.</summary>
    Gateway,
}

/// <summary>Settings of the section "Sms": codes by short message as one more second step, where people sign in with this server.</summary>
internal sealed record SmsOptions
{
    public const string Section = "Sms";

    public const int MaxFromLength = 20;

    /// <summary>How short messages leave: none (codes by message are not offered), spool (files in the folder mail of the data folder), or gateway.</summary>
    public SmsSenderKind Sender { get; init; } = SmsSenderKind.None;

    /// <summary>Where the gateway takes messages: an https address that is sent {"to", "text", "from"} by POST; http only for a gateway on this machine.</summary>
    public string GatewayUrl { get; init; } = "";

    /// <summary>The gateway's secret, sent as: Authorization: Bearer.</summary>
    [Secret]
    public string GatewaySecret { get; init; } = "";

    /// <summary>The name or number that messages come from, as the gateway knows it; up to 20 characters. Empty: the gateway's own.</summary>
    public string From { get; init; } = "";

    /// <summary>Longest time that the gateway may take for one message, in seconds; 1 to 60.</summary>
    public int TimeoutSeconds { get; init; } = 10;

    /// <summary>Most messages of the whole server in 24 hours; 1 to 100,000. Whoever has messages sent for nothing costs no more than this.</summary>
    public int MessagesPerDay { get; init; } = 500;

    /// <summary>Whether codes by message are offered.</summary>
    public bool IsOn => Sender != SmsSenderKind.None;

    internal sealed class Validator : AbstractValidator<SmsOptions>
    {
        private static readonly string[] ThisMachine = ["localhost", "127.0.0.1", "[::1]"];

        public Validator()
        {
            RuleFor(options => options.Sender).IsInEnum();
            RuleFor(options => options.GatewayUrl).Must(IsGateway).When(options => options.Sender == SmsSenderKind.Gateway)
                .WithMessage("must be an https address without a name or password in it, such as https://sms.example.in/send.");
            RuleFor(options => options.GatewaySecret).Must(secret => secret.Length > 0 && secret.All(c => c is > ' ' and <= '~')).When(options => options.Sender == SmsSenderKind.Gateway)
                .WithMessage("must be the secret of the gateway, without spaces.");
            RuleFor(options => options.From).Must(from => from.Length <= MaxFromLength && !from.Any(char.IsControl)).WithMessage($"must be up to {MaxFromLength} characters.");
            RuleFor(options => options.TimeoutSeconds).InclusiveBetween(1, 60);
            RuleFor(options => options.MessagesPerDay).InclusiveBetween(1, 100_000);
        }

        private static bool IsGateway(string url) => Uri.TryCreate(url, UriKind.Absolute, out var address)
            && address.UserInfo.Length == 0
            && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && ThisMachine.Contains(address.Host)));
    }
}
