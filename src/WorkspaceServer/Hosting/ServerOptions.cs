using System.Net;
using FluentValidation;
using WorkspaceServer.Vault.Keys;

namespace WorkspaceServer.Hosting;

/// <summary>How log lines are written to standard output.</summary>
internal enum LogFormat
{
    /// <summary>Text on a terminal, JSON elsewhere.</summary>
    Auto,
    Json,
    Text,

    /// <summary>Nothing on standard output.</summary>
    None,
}

/// <summary>Which log lines are written.</summary>
internal enum LogDetail
{
    Debug,
    Information,
    Warning,
}

/// <summary>Settings of the section "Server": where it listens and for whom.</summary>
internal sealed record ServerOptions
{
    public const string Section = "Server";

    /// <summary>What this server is for: production, staging or development. Master key and control database remember what they were made for, and the server does not start with others.</summary>
    public KeyPurpose Environment { get; init; }

    /// <summary>Where the server listens: http, an IP address or localhost, and a port.</summary>
    public string Url { get; init; } = "http://127.0.0.1:8080";

    /// <summary>Set to true to let <see cref="Url"/> be an address that other machines reach. The server itself speaks no TLS.</summary>
    public bool AllowNonLoopback { get; init; }

    /// <summary>How clients reach the server, without a path, such as https://ws.example.in; empty for the address it listens on.</summary>
    public string PublicUrl { get; init; } = "";

    /// <summary>Further host names that requests may name. The one of <see cref="PublicUrl"/> and the loopback names are always allowed.</summary>
    public string[] AllowedHosts { get; init; } = [];

    /// <summary>Further origins whose pages may call /mcp, such as https://inspector.example.in. The one of <see cref="PublicUrl"/> is always allowed.</summary>
    public string[] AllowedOrigins { get; init; } = [];

    /// <summary>Largest request body where nothing smaller is set, in bytes; 1,024 to 1,073,741,824.</summary>
    public long MaxRequestBodyBytes { get; init; } = 1 << 20;

    /// <summary>How long requests may go on when the server is told to stop, in seconds; 0 to 300.</summary>
    public int ShutdownSeconds { get; init; } = 10;

    /// <summary>Address that version --check asks for the newest version, whose first line is one such as 1.2.3; https unless it is this machine. Empty: it cannot be asked. The server itself never asks.</summary>
    public string ReleasesUrl { get; init; } = "";

    /// <summary>How log lines are written: auto (text on a terminal, JSON elsewhere), json, text or none.</summary>
    public LogFormat LogFormat { get; init; } = LogFormat.Auto;

    /// <summary>Which lines of the server's own are written: debug, information (a line for each request) or warning. The libraries' are warnings always: their others hold what callers send.</summary>
    public LogDetail LogDetail { get; init; } = LogDetail.Information;

    /// <summary>How long the security log's own files, security/DAY.jsonl in the data folder, are kept, in days; 0 to 3,660. 0: its lines are on standard output only.</summary>
    public int SecurityLogDays { get; init; } = 200;

    /// <summary>Whether browsers reach the server over https, as far as the settings say.</summary>
    public bool IsPublicHttps => PublicUrl.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    /// <summary>The cookie that belongs to the token in each form.</summary>
    public string FormCookie => IsPublicHttps ? "__Host-form" : "form";

    /// <exception cref="ProblemException">The key was made for something else.</exception>
    public void RequireKey(MasterKey key)
    {
        if (key.Purpose != Environment)
        {
            throw new ProblemException(
                ProblemCodes.BadConfiguration,
                $"The master key, and the data under it, is for {Word(key.Purpose)}, and Server:Environment says {Word(Environment)}. Correct Vault:MasterKeyFile and Vault:DataDirectory, or Server:Environment.");
        }

        static string Word(KeyPurpose purpose) => purpose.ToString().ToLowerInvariant();
    }

    internal sealed class Validator : AbstractValidator<ServerOptions>
    {
        public Validator()
        {
            RuleFor(options => options.Environment).IsInEnum();
            RuleFor(options => options.Url).Must(url => TryReadListen(url, out _))
                .WithMessage("must be http:// with an IP address or localhost and a port, such as http://127.0.0.1:8080.");
            RuleFor(options => options.Url).Must(url => !TryReadListen(url, out var end) || IPAddress.IsLoopback(end.Address))
                .When(options => !options.AllowNonLoopback)
                .WithMessage("can be reached from other machines. Put a proxy with TLS before the server, or set Server:AllowNonLoopback=true.");
            RuleFor(options => options.PublicUrl).Must(url => url.Length == 0 || IsOrigin(url))
                .WithMessage("must be http:// or https:// with a host and nothing after it, such as https://ws.example.in.");
            RuleForEach(options => options.AllowedHosts).Must(host => Uri.CheckHostName(host) != UriHostNameType.Unknown)
                .WithMessage("must be host names without a port.");
            RuleForEach(options => options.AllowedOrigins).Must(IsOrigin)
                .WithMessage("must be origins such as https://inspector.example.in.");
            RuleFor(options => options.ReleasesUrl).Must(url => url.Length == 0 || (Uri.TryCreate(url, UriKind.Absolute, out var address) && (address.Scheme == "https" || (address.Scheme == "http" && address.IsLoopback))))
                .WithMessage("must be https://, or http:// on this machine.");
            RuleFor(options => options.MaxRequestBodyBytes).InclusiveBetween(1024, 1 << 30);
            RuleFor(options => options.ShutdownSeconds).InclusiveBetween(0, 300);
            RuleFor(options => options.SecurityLogDays).InclusiveBetween(0, 3660);
        }
    }

    /// <summary>Reads <see cref="Url"/>.</summary>
    public static bool TryReadListen(string url, out IPEndPoint end)
    {
        end = new IPEndPoint(IPAddress.Loopback, 0);
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme != "http" || uri.PathAndQuery != "/" || uri.UserInfo.Length > 0)
        {
            return false;
        }

        var address = IPAddress.Loopback;
        if (uri.Host != "localhost" && !IPAddress.TryParse(uri.Host.Trim('[', ']'), out address))
        {
            return false;
        }

        end = new IPEndPoint(address!, uri.Port);
        return true;
    }

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && uri.Scheme is "http" or "https"
        && uri.GetLeftPart(UriPartial.Authority).Equals(text.TrimEnd('/'), StringComparison.OrdinalIgnoreCase);
}
