using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace WorkspaceServer.Vault;

/// <summary>Names one workspace: 32 lower-case hexadecimal digits of a UUID version 7 (RFC 9562, section 5.7).</summary>
/// <remarks>Made by the server only. Since nothing but hexadecimal digits can be in it, it is safe in a path.</remarks>
public readonly record struct WorkspaceId
{
    private const int Digits = 32;
    private static readonly SearchValues<char> Hexadecimal = SearchValues.Create("0123456789abcdef");
    private readonly string? text;

    private WorkspaceId(string text) => this.text = text;

    /// <summary>Makes the id of a new workspace, ordered by <paramref name="now"/>.</summary>
    public static WorkspaceId New(DateTimeOffset now) => new(Guid.CreateVersion7(now).ToString("n"));

    /// <summary>Reads an id; anything but 32 lower-case hexadecimal digits is refused.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out WorkspaceId id)
    {
        id = default;
        if (text is not { Length: Digits } || text.AsSpan().ContainsAnyExcept(Hexadecimal))
        {
            return false;
        }

        id = new WorkspaceId(text);
        return true;
    }

    /// <inheritdoc cref="TryParse"/>
    /// <exception cref="FormatException">The text is no workspace id.</exception>
    public static WorkspaceId Parse(string text) =>
        TryParse(text, out var id) ? id : throw new FormatException("A workspace id is 32 lower-case hexadecimal digits.");

#pragma warning disable CA1065 // An id that was never set must not become part of a path.
    public override string ToString() => text ?? throw new InvalidOperationException("This workspace id was never set.");
#pragma warning restore CA1065
}
