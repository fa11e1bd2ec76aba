using System.Security.Cryptography;
using System.Text;

namespace WorkspaceServer.Features.Backups.Drills;

/// <summary>Which workspaces a sampled drill brings back: the day alone decides, so that anybody can tell, and every one comes round.</summary>
internal static class DrillSample
{
    /// <summary>Takes the next <paramref name="size"/> workspaces of an order that has nothing to do with their age or name; the day after goes on behind them.</summary>
    /// <param name="workspaces">Ids; none twice.</param>
    public static IReadOnlySet<string> Choose(IReadOnlyCollection<string> workspaces, int size, DateTimeOffset day)
    {
        var order = workspaces.OrderBy(id => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(id))), StringComparer.Ordinal).ToArray();
        var number = (long)(day.UtcDateTime.Date - DateTime.UnixEpoch).TotalDays;
        return Enumerable.Range(0, Math.Min(size, order.Length)).Select(i => order[(int)(((number * size) + i) % order.Length)]).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>How many days it takes until every workspace was in a sample.</summary>
    public static int Days(int workspaces, int size) => (workspaces + size - 1) / size;
}
