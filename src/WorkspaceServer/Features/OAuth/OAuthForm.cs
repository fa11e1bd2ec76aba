namespace WorkspaceServer.Features.OAuth;

/// <summary>The parameters of a request to the token or revocation endpoint: each at most once, unknown ones passed over (RFC 6749, section 3.2).</summary>
internal sealed class OAuthForm
{
    /// <summary>Longest value, in characters. The longest that we make has 57; a client's address may be longer.</summary>
    public const int MaxValueLength = 2_048;

    private readonly IFormCollection fields;

    private OAuthForm(IFormCollection fields) => this.fields = fields;

    /// <exception cref="OAuthException">invalid_request: no form, a parameter twice, or one that is too long.</exception>
    public static async Task<OAuthForm> ReadAsync(HttpContext context)
    {
        if (context.Request.ContentType?.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) != true)
        {
            throw OAuthException.InvalidRequest("Send the parameters as application/x-www-form-urlencoded.");
        }

        IFormCollection fields;
        try
        {
            fields = await context.Request.ReadFormAsync(context.RequestAborted);
        }
        catch (InvalidDataException)
        {
            throw OAuthException.InvalidRequest("The form has too many parameters, or too long ones.");
        }

        return fields.Any(field => field.Value.Count != 1 || field.Value[0]!.Length > MaxValueLength)
            ? throw OAuthException.InvalidRequest("A parameter is there twice, or is too long.")
            : new OAuthForm(fields);
    }

    /// <summary>Null if it is not there; one without a value counts as not there (RFC 6749, section 3.2).</summary>
    public string? Find(string name) => fields.TryGetValue(name, out var value) && value[0]!.Length > 0 ? value[0] : null;

    public string Get(string name) => Find(name) ?? throw OAuthException.InvalidRequest($"The parameter {name} is missing.");
}
