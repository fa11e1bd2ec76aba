using FluentValidation;

namespace WorkspaceServer.Hosting;

/// <summary>Which part of a list is asked for: ?limit= (1 to 200, else 50) and ?after=, the "next" of the page before.</summary>
internal sealed record Paging
{
    public const int DefaultLimit = 50;

    public const int MaxLimit = 200;

    /// <summary>Longest cursor, in characters.</summary>
    public const int MaxAfterLength = 64;

    private static readonly Validator Rules = new();

    public int? Limit { get; init; }

    public string? After { get; init; }

    /// <summary>One more than is shown, which tells whether there is a next page.</summary>
    public int Rows => (Limit ?? DefaultLimit) + 1;

    public Paging Checked() => this.Checked(Rules);

    /// <param name="rows">What was read with <see cref="Rows"/> as its bound.</param>
    /// <param name="cursor">Where the page after this item begins.</param>
    public Page<TShown> PageOf<T, TShown>(IReadOnlyList<T> rows, Func<T, string> cursor, Func<T, TShown> show)
    {
        var hasMore = rows.Count == Rows;
        var items = hasMore ? rows.SkipLast(1).ToArray() : [.. rows];
        return new Page<TShown>([.. items.Select(show)], hasMore ? cursor(items[^1]) : null);
    }

    internal sealed class Validator : AbstractValidator<Paging>
    {
        public Validator()
        {
            RuleFor(paging => paging.Limit).InclusiveBetween(1, MaxLimit).WithMessage($"limit is 1 to {MaxLimit}.");
            RuleFor(paging => paging.After).MaximumLength(MaxAfterLength).WithMessage("after is the next of the page before.");
        }
    }
}

/// <param name="Next">Goes into ?after= of the next call; null on the last page.</param>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? Next);
