using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace WorkspaceServer.Agent.Commands;

/// <summary>What a verb prints: for people, tables and plain lines; with --json, one document on standard output.</summary>
internal sealed class Output(bool json)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    private readonly TextWriter plain = Console.Out;
    private readonly IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) });
    private readonly IAnsiConsole errors = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });

    /// <summary>Whether a person can be asked.</summary>
    public bool IsInteractive => !json && console.Profile.Out.IsTerminal && !Console.IsInputRedirected;

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

    public void Line(string text = "") => plain.WriteLine(Printable(text));

    public void Table(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new Table().Border(TableBorder.Rounded);
        if (!console.Profile.Out.IsTerminal)
        {
            // A file or a pipe has no width to fit into.
            console.Profile.Width = 1000;
        }

        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(new Text(Printable(column), new Style(decoration: Decoration.Bold))));
        }

        foreach (var row in rows)
        {
            table.AddRow(row.Select(cell => new Text(Printable(cell))));
        }

        console.Write(table);
    }

    public void Fields(params ReadOnlySpan<(string Name, string Value)> fields)
    {
        var width = 0;
        foreach (var (name, _) in fields)
        {
            width = Math.Max(width, name.Length);
        }

        foreach (var (name, value) in fields)
        {
            Line($"{name.PadRight(width)}  {value}");
        }
    }

    /// <summary>A failure, on standard error; with --json as a document there.</summary>
    public void Error(string code, string message)
    {
        if (json)
        {
            Console.Error.WriteLine(JsonSerializer.Serialize(new { Error = new { Code = code, Message = message } }, Json));
        }
        else
        {
            errors.Write(new Text("error: ", new Style(Color.Red)));
            Console.Error.WriteLine($"{Printable(message)} [{code}]");
        }
    }

    public bool Confirm(string question) => console.Prompt(new ConfirmationPrompt(Markup.Escape(Printable(question))));

    public string AskSecret(string question) => console.Prompt(new TextPrompt<string>(Markup.Escape(question)).Secret(null));

    /// <summary>Lets a person untick some of several things that are all ticked.</summary>
    public IReadOnlyList<string> Choose(string title, IReadOnlyList<string> all)
    {
        var prompt = new MultiSelectionPrompt<string>().Title(Markup.Escape(Printable(title))).PageSize(20).Required().UseConverter(text => Markup.Escape(Printable(text)));
        foreach (var each in all)
        {
            prompt.AddChoice(each).Select();
        }

        return console.Prompt(prompt);
    }

    /// <summary>Shows how far long work is, on standard error, if a person looks at it.</summary>
    public async Task<T> ProgressAsync<T>(Func<Action<string>, Task<T>> work) => json || !errors.Profile.Out.IsTerminal
        ? await work(_ => { })
        : await errors.Status().StartAsync("Starting", context => work(text => context.Status(Markup.Escape(Printable(text)))));

    /// <summary>Cells and names may hold anything; a terminal must not take any of it for a command.</summary>
    private static string Printable(string text) => text.Any(IsUnsafe) ? string.Concat(text.Select(c => IsUnsafe(c) ? '\uFFFD' : c)) : text;

    // Control characters, and those that turn the direction of what follows (Unicode TR 9).
    private static bool IsUnsafe(char c) => (char.IsControl(c) && c is not ('\n' or '\t')) || c is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');
}
