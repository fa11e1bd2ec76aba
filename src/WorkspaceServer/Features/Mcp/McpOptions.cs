using FluentValidation;
using WorkspaceServer.Features.Tokens;

namespace WorkspaceServer.Features.Mcp;

/// <summary>Settings of the section "Mcp": the endpoint for AI clients.</summary>
internal sealed record McpOptions
{
    public const string Section = "Mcp";

    /// <summary>Largest request to /mcp, in bytes; 16,384 to 16,777,216.</summary>
    public int MaxRequestBodyBytes { get; init; } = 1 << 20;

    /// <summary>Calls of one token that run at the same time; 1 to 64. More wait for a place.</summary>
    public int MaxCallsPerToken { get; init; } = 8;

    /// <summary>Rows that one token may read in a day (UTC), unless it was made with a budget of its own; 1 to 1,000,000,000.</summary>
    public int RowsPerDay { get; init; } = 200_000;

    /// <summary>Bytes of answers that one token may have in a day (UTC), unless it was made with a budget of its own; 1 to 1,000,000,000,000.</summary>
    public long BytesPerDay { get; init; } = 200_000_000;

    internal sealed class Validator : AbstractValidator<McpOptions>
    {
        public Validator()
        {
            RuleFor(options => options.MaxRequestBodyBytes).InclusiveBetween(1 << 14, 1 << 24);
            RuleFor(options => options.MaxCallsPerToken).InclusiveBetween(1, 64);
            RuleFor(options => options.RowsPerDay).InclusiveBetween(1, (int)TokenBudget.MaxRows);
            RuleFor(options => options.BytesPerDay).InclusiveBetween(1, TokenBudget.MaxBytes);
        }
    }
}
