using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace WorkspaceServer.Commands;

/// <summary>What a verb prints: for people, tables and plain lines; with --json, one document on standard output.</summary>
/// <param name="plain">Standard output.</param>
/// <param name="error">Standard error.</param>
internal sealed class Output(bool json, TextWriter plain, TextWriter error)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    private readonly IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(plain) });
    private readonly IAnsiConsole errors = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) });

    public bool IsJson => json;

    /// <summary>A person may be looking, rather than a file or a program.</summary>
    public bool IsTerminal => console.Profile.Out.IsTerminal;

    /// <summary>Prints the document with --json, and what <paramref name="human"/> prints without.</summary>
    public void Result<T>(T document, Action<Output> human)
    {
        if (json)
        {
            plain.WriteLine(JsonSerializer.Serialize(document, Json));
        }
        else
        {
            human(this);
        }
    }

    /// <summary>A number with its noun: "1 row", "1,234 rows".</summary>
    public static string Count(long number, string noun) => string.Create(CultureInfo.InvariantCulture, $"{number:N0} {noun}{(number == 1 ? "" : "s")}");

    /// <summary>One line as it is: long ones are for copying, so they are never broken.</summary>
    public void Line(string text = "") => plain.WriteLine(Printable(text));

    public void Table(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows, IReadOnlySet<int>? rightAligned = null)
    {
        var table = new Table().Border(TableBorder.Rounded);
        if (!IsTerminal)
        {
            // A file or a pipe has no width to fit into.
            console.Profile.Width = 1000;
        }

        for (var i = 0; i < columns.Count; i++)
        {
            var column = new TableColumn(new Text(columns[i], new Style(decoration: Decoration.Bold)));
            table.AddColumn(rightAligned?.Contains(i) == true ? column.RightAligned() : column);
        }

        foreach (var row in rows)
        {
            table.AddRow(row.Select(cell => new Text(Printable(cell))));
        }

        console.Write(table);
    }

    public void Fields(params ReadOnlySpan<(string Name, string Value)> fields)
    {
        var grid = new Grid().AddColumn().AddColumn();
        foreach (var (name, value) in fields)
        {
            grid.AddRow(new Text(name, new Style(Color.Grey)), new Text(Printable(value)));
        }

        console.Write(grid);
    }

    /// <summary>A failure, on standard error; with --json as a document there.</summary>
    public void Error(string code, string message)
    {
        if (json)
        {
            error.WriteLine(JsonSerializer.Serialize(new { Error = new { Code = code, Message = message } }, Json));
        }
        else
        {
            errors.Write(new Text("error: ", new Style(Color.Red)));
            error.WriteLine($"{Printable(message)} [{code}]");
        }
    }

    /// <summary>Where a failure came from, for whoever looks for it.</summary>
    public void Trace(Exception failure) => error.WriteLine(failure);

    /// <summary>Shows how far long work is, on standard error, if a person looks at it.</summary>
    public async Task<T> ProgressAsync<T>(string what, Func<Action<double, string>, Task<T>> work)
    {
        if (json || !errors.Profile.Out.IsTerminal)
        {
            return await work((_, _) => { });
        }

        return await errors.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async progress =>
            {
                var task = progress.AddTask(Markup.Escape(what), maxValue: 1);
                return await work((done, now) =>
                {
                    task.Value = done;
                    task.Description = Markup.Escape(now);
                });
            });
    }

    /// <summary>Cells may hold anything; a terminal must not take any of it for a command.</summary>
    private static string Printable(string text) =>
        text.Any(IsUnsafe) ? string.Concat(text.Select(c => IsUnsafe(c) ? '\uFFFD' : c)) : text;

    // Control characters, and those that turn the direction of what follows (Unicode TR 9).
    private static bool IsUnsafe(char c) => (char.IsControl(c) && c is not ('\n' or '\t')) || c is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');
}
