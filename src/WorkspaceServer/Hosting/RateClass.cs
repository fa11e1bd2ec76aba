namespace WorkspaceServer.Hosting;

/// <summary>One counter of requests: how many in a window, and by what they are counted. Endpoints of a class share its counter.</summary>
/// <param name="Name">As it is shown and stored.</param>
/// <param name="Requests">Most in one window, by one key, unless the setting of the class says otherwise.</param>
/// <param name="IsKept">Counts survive a restart: for whatever could otherwise be tried again by making the server fail.</param>
internal sealed record RateClass(string Name, int Requests, TimeSpan Window, RateKey Key, bool IsKept = false);

/// <summary>By what requests are counted.</summary>
internal enum RateKey
{
    /// <summary>The address; of IPv6 its first 64 bits.</summary>
    Address,

    /// <summary>The signed-in person, wherever they are; who is not signed in is counted by address.</summary>
    Person,

    /// <summary>The bearer token; who shows none that is good is counted by address.</summary>
    Token,
}

/// <summary>Every class of requests there is. Each has a setting of its name in <see cref="Limits.LimitOptions"/>.</summary>
internal static class RateClasses
{
    /// <summary>Probes, public documents, and addresses at which there is nothing.</summary>
    public static readonly RateClass Public = new("public", 600, TimeSpan.FromMinutes(1), RateKey.Address);

    /// <summary>The pages' own files. Whole offices come from one address, and every first visit asks for all of them.</summary>
    public static readonly RateClass Assets = new("assets", 3000, TimeSpan.FromMinutes(1), RateKey.Address);

    /// <summary>Calls of the MCP endpoint.</summary>
    public static readonly RateClass Mcp = new("mcp", 600, TimeSpan.FromMinutes(1), RateKey.Token);

    /// <summary>Pages and their forms, for people who are signed in.</summary>
    public static readonly RateClass Pages = new("pages", 600, TimeSpan.FromMinutes(1), RateKey.Person);

    /// <summary>The JSON interface, for people who are signed in and for tokens.</summary>
    public static readonly RateClass Api = new("api", 600, TimeSpan.FromMinutes(1), RateKey.Person);

    /// <summary>Whatever takes a password, a code or a link.</summary>
    public static readonly RateClass SignIn = new("sign-in", 20, TimeSpan.FromMinutes(1), RateKey.Address, IsKept: true);

    /// <summary>Tokens that turned out to be no good. Over it, tokens that were not good before are not even looked up.</summary>
    public static readonly RateClass BadTokens = new("bad-tokens", 120, TimeSpan.FromMinutes(1), RateKey.Address, IsKept: true);

    /// <summary>Registration of OAuth clients.</summary>
    public static readonly RateClass ClientRegistration = new("client-registration", 20, TimeSpan.FromHours(1), RateKey.Address, IsKept: true);

    /// <summary>Exchange and refresh of OAuth tokens.</summary>
    public static readonly RateClass TokenExchange = new("token-exchange", 60, TimeSpan.FromMinutes(1), RateKey.Address, IsKept: true);

    /// <summary>Codes with which an agent is paired.</summary>
    public static readonly RateClass Pairing = new("pairing", 10, TimeSpan.FromMinutes(1), RateKey.Address, IsKept: true);

    /// <summary>What agents send.</summary>
    public static readonly RateClass Sync = new("sync", 600, TimeSpan.FromMinutes(1), RateKey.Token);

    /// <summary>Copies of everything that is kept about a person.</summary>
    public static readonly RateClass Export = new("export", 3, TimeSpan.FromHours(1), RateKey.Person, IsKept: true);

    /// <summary>Messages to the operator.</summary>
    public static readonly RateClass Contact = new("contact", 5, TimeSpan.FromHours(1), RateKey.Address, IsKept: true);

    /// <summary>Requests to be let in.</summary>
    public static readonly RateClass Waitlist = new("waitlist", 5, TimeSpan.FromHours(1), RateKey.Address, IsKept: true);

    /// <summary>All of the above, by the names of their settings.</summary>
    public static IReadOnlyDictionary<string, RateClass> BySetting { get; } = typeof(RateClasses).GetFields()
        .Where(field => field.FieldType == typeof(RateClass))
        .ToDictionary(field => field.Name, field => (RateClass)field.GetValue(null)!, StringComparer.Ordinal);

    /// <summary>All of the above.</summary>
    public static IReadOnlyCollection<RateClass> All { get; } = [.. BySetting.Values];
}
