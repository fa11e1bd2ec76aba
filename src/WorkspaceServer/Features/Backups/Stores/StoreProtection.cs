namespace WorkspaceServer.Features.Backups.Stores;

/// <summary>What a store itself does against whoever has its key and deletes or overwrites: object lock, and versions.</summary>
/// <param name="Lock">"GOVERNANCE" or "COMPLIANCE": the mode in which this server locks what it uploads. Null: it does not.</param>
/// <param name="HasVersions">Whether what somebody deletes or overwrites can still be read, and is.</param>
/// <param name="Text">How it stands, in one sentence.</param>
/// <param name="Cure">What would make it better; null if nothing would.</param>
internal sealed record StoreProtection(string? Lock, bool HasVersions, string Text, string? Cure)
{
    /// <summary>How it stands, and what would make it better.</summary>
    public string Advice => Cure is null ? Text : $"{Text}. Better: {Cure}";

    /// <summary>A folder knows neither.</summary>
    public static StoreProtection OfFolder { get; } = new(
        null, false, "a folder has no object lock and no versions: whoever can write to it can delete backups", "keep another copy out of reach of this machine, or use an S3 bucket with Object Lock");
}
