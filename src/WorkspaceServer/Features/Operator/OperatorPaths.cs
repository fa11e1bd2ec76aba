using System.Globalization;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Operator;

/// <summary>Where super admins are.</summary>
internal static class OperatorPaths
{
    public const string Api = "/api/v1/admin";

    /// <summary>The address of the next page, with as many lines as this one; null on the last.</summary>
    public static string? NextOf(string path, Paging paging, string? next) => next is null
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"{path}?after={Uri.EscapeDataString(next)}{(paging.Limit is { } limit ? $"&limit={limit}" : "")}");
}
