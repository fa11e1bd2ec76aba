using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Sync.Endpoints;

/// <summary>Ids of runs, which agents make: 32 lowercase hexadecimal digits.</summary>
internal static class RunId
{
    public const int Length = 32;

    public static bool IsGood(string text) => text.Length == Length && text.All(c => char.IsAsciiDigit(c) || c is >= 'a' and <= 'f');

    /// <exception cref="ProblemException">It is none.</exception>
    public static string Checked(string text) => IsGood(text) ? text : throw new ProblemException(ProblemCodes.InvalidArgument, $"A run's id is {Length} lowercase hexadecimal digits.");
}
