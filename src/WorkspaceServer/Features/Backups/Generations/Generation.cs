namespace WorkspaceServer.Features.Backups.Generations;

/// <summary>An object that a backup wrote.</summary>
/// <param name="Sha256">Of its bytes as they lie in the store, encrypted; hexadecimal digits.</param>
internal sealed record StoredObject(string Name, long Bytes, string Sha256);

/// <summary>One database in a generation.</summary>
/// <param name="File">"control", or the workspace's id.</param>
/// <param name="Object">The whole database file, or a pack of its changed pages, encrypted with age.</param>
/// <param name="Totals">What its tables held, encrypted with age; null for a pack.</param>
/// <param name="Pages">How long the database is then, in pages.</param>
/// <param name="Stamps">SHA-256 of the stamps of all its pages then: equal ones mean equal contents. Hexadecimal digits.</param>
/// <param name="IsPack">Whether the object holds changed pages only.</param>
internal sealed record BackedUpFile(string File, StoredObject Object, StoredObject? Totals, int Pages, string Stamps, bool IsPack)
{
    public const string Control = "control";
}

/// <summary>One backup: what there was at one moment, and in which objects it lies. Signed; see <see cref="GenerationShelf"/>.</summary>
/// <param name="Id">When it was begun, and something random; ordered by time.</param>
/// <param name="Base">For packs: the generation that they build on. Null for a whole backup.</param>
/// <param name="Sequence">For packs: 1, 2, 3 … since the base. 0 for a whole backup.</param>
/// <param name="Previous">SHA-256 of the signed text of the generation before it in the same chain; null for a whole backup.</param>
/// <param name="StartedAt">Milliseconds since 1970, UTC; so is <paramref name="FinishedAt"/>. Every file is of a moment between the two.</param>
/// <param name="Files">All files of a whole backup; of packs, those that changed.</param>
internal sealed record Generation(string Id, string? Base, int Sequence, string? Previous, long StartedAt, long FinishedAt, IReadOnlyList<BackedUpFile> Files)
{
    public bool IsWhole => Base is null;

    public DateTimeOffset Finished => DateTimeOffset.FromUnixTimeMilliseconds(FinishedAt);

    /// <summary>Every object that this generation says it has.</summary>
    public IEnumerable<StoredObject> Objects => Files.SelectMany(file => file.Totals is { } totals ? (StoredObject[])[file.Object, totals] : [file.Object]);

    public long Bytes => Objects.Sum(each => each.Bytes);
}

/// <summary>A generation with the digest of its signed text, by which the next one names it.</summary>
/// <param name="IsEarlier">Whether it was signed under a master key that was replaced since; then only that one restores it.</param>
internal sealed record SignedGeneration(Generation Generation, string ObjectName, string Digest, bool IsEarlier);

/// <summary>What the tables of one database hold: compared after a restore.</summary>
/// <param name="Schema">SHA-256 of all statements that made the schema, hexadecimal digits.</param>
/// <param name="AuditHead">Of the control database: number and MAC of the audit log's last row.</param>
internal sealed record FileTotals(string Schema, IReadOnlyList<TableTotals> Tables, string? AuditHead);

/// <param name="Sums">By numeric column: the sum of its values, as text.</param>
internal sealed record TableTotals(string Table, long Rows, IReadOnlyDictionary<string, string> Sums);
