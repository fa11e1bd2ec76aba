using FluentValidation;

namespace WorkspaceServer.Features.Audit;

/// <summary>How much of a caller's SQL the audit log keeps.</summary>
internal enum SqlTextPolicy
{
    /// <summary>The statement with every literal replaced by a question mark.</summary>
    Redacted,

    /// <summary>The statement as it came. It may hold values from the tables.</summary>
    Full,

    /// <summary>Only a digest, by which equal statements are found.</summary>
    Digest,
}

/// <summary>Settings of the section "Audit".</summary>
internal sealed record AuditOptions
{
    public const string Section = "Audit";

    /// <summary>How much of a caller's SQL the audit log keeps: redacted (every literal becomes a question mark), full, or digest.</summary>
    public SqlTextPolicy SqlText { get; init; } = SqlTextPolicy.Redacted;

    internal sealed class Validator : AbstractValidator<AuditOptions>
    {
        public Validator() => RuleFor(options => options.SqlText).IsInEnum();
    }
}
