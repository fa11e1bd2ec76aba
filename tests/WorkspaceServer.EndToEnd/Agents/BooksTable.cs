using System.Globalization;
using System.Text;
using WorkspaceServer.Features.Samples;

namespace WorkspaceServer.EndToEnd.Agents;

/// <summary>A table at its source, a CSV file: it is changed at random, and says what a server that has all of it must answer.</summary>
/// <param name="rows">At the beginning.</param>
/// <param name="fillerLength">Characters of a column that makes the rows long; points and strokes, in which there is no word to index.</param>
internal sealed class BooksTable(string path, SeededRandom random, int rows, int fillerLength)
{
    private const string FillerCharacters = ".-/:+*";
    private const int PatternLength = 500;

    /// <summary>Everything that could be lost, doubled or stale shows in one of these.</summary>
    private readonly SortedDictionary<int, Row> current = new(Enumerable.Range(1, rows).ToDictionary(id => id, id => New(id, random)));

    private int next = rows + 1;

    public string Name => Path.GetFileNameWithoutExtension(path);

    public int Count => current.Count;

    /// <summary>The question whose answer is <see cref="Answer"/>.</summary>
    public string Question => $"SELECT count(*), sum(id * version), sum(CAST(round(amount * 100) AS INTEGER)), sum(length(filler)), count(DISTINCT party) FROM {Name}";

    public string Answer => string.Create(
        CultureInfo.InvariantCulture,
        $"{current.Count}|{current.Sum(row => (long)row.Key * row.Value.Version)}|{current.Sum(row => row.Value.Paise)}|{(long)current.Count * fillerLength}|{current.Values.Select(row => row.Party).Distinct().Count()}");

    /// <summary>The party of a row that is there.</summary>
    public string PartyOf(int id) => current[id].Party;

    /// <summary>Changes most rows, removes some and adds as many.</summary>
    public void ChangeMost()
    {
        var removed = current.Keys.Where(_ => random.OneIn(12)).ToArray();
        Remove(removed);
        Change([.. current.Keys.Where(_ => !random.OneIn(4))]);
        Add(removed.Length);
    }

    public void Change(params IReadOnlyList<int> ids)
    {
        foreach (var id in ids)
        {
            current[id] = New(id, random) with { Version = current[id].Version + 1 };
        }
    }

    public void Remove(params IReadOnlyList<int> ids)
    {
        foreach (var id in ids)
        {
            current.Remove(id);
        }
    }

    public void Add(int count)
    {
        for (; count > 0; count--, next++)
        {
            current.Add(next, New(next, random));
        }
    }

    public void Write()
    {
        var text = new StringBuilder("id,version,party,amount,filler\n");
        foreach (var (id, row) in current)
        {
            text.Append(CultureInfo.InvariantCulture, $"{id},{row.Version},{row.Party},{row.Paise / 100}.{row.Paise % 100:00},");
            AppendFiller(text, new SeededRandom((ulong)(((long)id << 20) + row.Version)));
            text.Append('\n');
        }

        File.WriteAllText(path, text.ToString());
    }

    /// <summary>One pattern over and over: long at the source and in a batch, and quick to compress.</summary>
    private void AppendFiller(StringBuilder text, SeededRandom filler)
    {
        var pattern = string.Concat(Enumerable.Range(0, Math.Min(PatternLength, fillerLength)).Select(_ => FillerCharacters[filler.Next(FillerCharacters.Length)]));
        for (var left = fillerLength; left > 0; left -= pattern.Length)
        {
            text.Append(pattern, 0, Math.Min(left, pattern.Length));
        }
    }

    private static Row New(int id, SeededRandom random) => new(1, $"party {(id * 7) + random.Next(5)}", random.Next(100_000_000));

    private sealed record Row(int Version, string Party, long Paise);
}
