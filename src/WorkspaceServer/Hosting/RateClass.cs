namespace WorkspaceServer.Hosting;

/// <summary>One counter of requests: how many in a window, and by what they are counted. Endpoints of a class share its counter.</summary>
/// <param name="Name">As it is shown and stored.</param>
/// <param name="Requests">Most in one window, by one key.</param>
internal sealed record RateClass(string Name, int Requests, TimeSpan Window, RateKey Key);

/// <summary>By what requests are counted.</summary>
internal enum RateKey
{
    /// <summary>The address; of IPv6 its first 64 bits.</summary>
    Address,

    /// <summary>The signed-in person, and their address as well.</summary>
    Person,

    /// <summary>The bearer token.</summary>
    Token,
}

/// <summary>Every class of requests there is.</summary>
internal static class RateClasses
{
    /// <summary>Probes and public documents.</summary>
    public static readonly RateClass Public = new("public", 600, TimeSpan.FromMinutes(1), RateKey.Address);

    /// <summary>Calls of the MCP endpoint.</summary>
    public static readonly RateClass Mcp = new("mcp", 600, TimeSpan.FromMinutes(1), RateKey.Token);

    /// <summary>Pages and their forms, for people who are signed in.</summary>
    public static readonly RateClass Pages = new("pages", 600, TimeSpan.FromMinutes(1), RateKey.Person);

    /// <summary>Whatever takes a password, a code or a link.</summary>
    public static readonly RateClass SignIn = new("sign-in", 20, TimeSpan.FromMinutes(1), RateKey.Address);

    /// <summary>All of the above.</summary>
    public static IReadOnlyList<RateClass> All { get; } =
        [.. typeof(RateClasses).GetFields().Where(field => field.FieldType == typeof(RateClass)).Select(field => (RateClass)field.GetValue(null)!)];
}
