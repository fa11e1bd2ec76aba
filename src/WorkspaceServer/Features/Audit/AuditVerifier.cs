using System.Globalization;
using WorkspaceServer.Control;

namespace WorkspaceServer.Features.Audit;

/// <summary>What a walk over the whole log found.</summary>
/// <param name="Rows">How many rows there are.</param>
/// <param name="RemovedUpTo">The last row that a sweep removed; 0 if none was.</param>
/// <param name="Head">Where the log says that it ends; null if that record is forged.</param>
/// <param name="Findings">One sentence for each thing that is wrong; none if the log is whole.</param>
internal sealed record AuditVerdict(long Rows, long RemovedUpTo, ChainPoint? Head, IReadOnlyList<string> Findings);

/// <summary>Walks the whole log and finds rows that were changed, removed, inserted or moved, and an end that was cut off.</summary>
/// <remarks>
/// What it cannot tell from the real thing: both the database and the anchor put back together to what they were at one earlier moment. Whoever
/// writes down the last number and MAC elsewhere, and compares, finds that too.
/// </remarks>
internal sealed class AuditVerifier(ControlDatabase control, AuditStore store, AuditChain chain, AuditAnchor anchor)
{
    /// <summary>Findings beyond these are only counted.</summary>
    private const int MaxFindings = 100;

    private const int ReportEvery = 1000;

    /// <param name="report">Told now and then which share of the rows is done.</param>
    public AuditVerdict Verify(Action<double>? report, CancellationToken cancel)
    {
        using var connection = control.Open();
        connection.BeginSnapshot();
        var findings = new Findings();
        var start = CheckCut(connection, findings);
        var head = ReadHead(connection, findings);
        var known = ReadAnchor(findings);
        var last = start;
        var rows = 0L;
        foreach (var stored in AuditStore.Walk(connection))
        {
            cancel.ThrowIfCancellationRequested();
            last = CheckRow(stored, last, findings);
            CheckAnchor(known, last, findings);
            if (++rows % ReportEvery == 0 && head is not null)
            {
                report?.Invoke((double)(last.Seq - start.Seq) / Math.Max(1, head.Seq - start.Seq));
            }
        }

        CheckEnd(last, head, known, findings);
        foreach (var name in store.WrongNames(connection))
        {
            findings.Add($"The actor's name number {name} was changed.");
        }

        return new AuditVerdict(rows, start.Seq, head, findings.All());
    }

    private ChainPoint CheckCut(ControlConnection connection, Findings findings)
    {
        if (AuditStore.Cut(connection) is not { } found)
        {
            return ChainPoint.Start;
        }

        if (!chain.OfCut(found.Cut).AsSpan().SequenceEqual(found.Mac))
        {
            findings.Add($"The mark of the sweep that removed rows up to {found.Cut.Point.Seq} is forged: no sweep of this server removed them.");
        }

        return found.Cut.Point;
    }

    private ChainPoint? ReadHead(ControlConnection connection, Findings findings)
    {
        var head = store.TryHead(connection);
        if (head is null)
        {
            findings.Add("The record of the last row was changed by somebody who has no key to it.");
        }

        return head;
    }

    private ChainPoint? ReadAnchor(Findings findings)
    {
        try
        {
            return anchor.Read();
        }
        catch (InvalidDataException error)
        {
            findings.Add(error.Message);
            return null;
        }
    }

    private ChainPoint CheckRow(StoredAuditRow stored, ChainPoint last, Findings findings)
    {
        var seq = stored.Row.Seq;
        if (seq != last.Seq + 1)
        {
            findings.Add(seq > last.Seq + 1 ? $"{Rows(last.Seq + 1, seq - 1)} missing." : $"Row {seq} stands where no row may be: it was inserted.");
        }
        else if (!chain.OfRow(last.RowMac, stored.Row).AsSpan().SequenceEqual(stored.Mac))
        {
            findings.Add($"Row {seq} is not what was written there: it was changed, inserted or moved.");
        }

        return new ChainPoint(seq, stored.Mac);
    }

    private static void CheckAnchor(ChainPoint? known, ChainPoint row, Findings findings)
    {
        if (known is not null && known.Seq == row.Seq && !known.Is(row))
        {
            findings.Add($"Row {row.Seq} is not the one that the anchor file remembers: the log was put back to an earlier state and went on from there.");
        }
    }

    private static void CheckEnd(ChainPoint last, ChainPoint? head, ChainPoint? known, Findings findings)
    {
        if (head is not null && last.Seq < head.Seq)
        {
            findings.Add($"The end is cut off: {Rows(last.Seq + 1, head.Seq)} missing.");
        }
        else if (head is not null && last.Seq > head.Seq)
        {
            findings.Add($"{Rows(head.Seq + 1, last.Seq)} inserted behind the last one.");
        }
        else if (head is not null && !head.Is(last))
        {
            findings.Add($"Row {last.Seq} is not the last one that was written.");
        }

        var end = Math.Max(last.Seq, head?.Seq ?? 0);
        if (known is null && end > 0)
        {
            findings.Add("The anchor file is missing or not ours, so nobody can say that the end is not cut off.");
        }
        else if (known is not null && known.Seq > end)
        {
            findings.Add($"The end is cut off: the anchor file remembers rows up to {known.Seq}, here they end at {end}. An older control.db was put back, or the last rows were removed.");
        }
    }

    private static string Rows(long first, long last) => string.Create(CultureInfo.InvariantCulture, $"{(first == last ? $"row {first} is" : $"rows {first} to {last} are")}");

    private sealed class Findings
    {
        private readonly List<string> sentences = [];
        private int more;

        public void Add(string sentence)
        {
            if (sentences.Count < MaxFindings)
            {
                sentences.Add(char.ToUpperInvariant(sentence[0]) + sentence[1..]);
            }
            else
            {
                more++;
            }
        }

        public string[] All() => more == 0 ? [.. sentences] : [.. sentences, $"And {more} more."];
    }
}
