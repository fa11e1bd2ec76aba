using System.CommandLine;
using WorkspaceServer.Agent.Outbox;
using WorkspaceServer.Agent.Settings;
using WorkspaceServer.Agent.Sources;
using WorkspaceServer.Agent.Syncing;

namespace WorkspaceServer.Agent.Commands;

/// <summary>source add: looks at a source, shows exactly which columns would leave this computer, and sets it up.</summary>
internal static class AddSourceCommand
{
    private const int MaxConnectionChars = 4_000;
    private const string DefaultTally = "http://127.0.0.1:9000";

    private static readonly Argument<SourceKind> Kind = new("kind") { Description = "files, sqlite, postgres, mysql, sqlserver or tally." };
    private static readonly Argument<string?> Place = new("place") { Description = $"A file or folder; for tally its address, {DefaultTally} if not given.", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<string?> Name = new("--name") { Description = "What the source is called; made from its place if not given.", HelpName = "NAME" };
    private static readonly Option<string?> Connection = new("--connection-file") { Description = "For databases: the file with the connection, such as Host=…;Database=…;Username=…;Password=…, or - for standard input. Kept encrypted.", HelpName = "FILE" };
    private static readonly Option<string[]> Tables = Many("--table", "Only this table of the source. May be repeated.", "TABLE");
    private static readonly Option<string[]> Without = Many("--without", "A column that stays on this computer, as table.column. May be repeated.", "COLUMN");
    private static readonly Option<string[]> Only = Many("--only", "The only columns that leave, as table.column; those added to the source later stay here too. May be repeated.", "COLUMN");
    private static readonly Option<string[]> Key = Many("--key", "The columns that name a row, as table=column,column. Found out if not given.", "KEY");
    private static readonly Option<string[]> NoKey = Many("--no-key", "A table that has no key: sent whole when something changed. May be repeated.", "TABLE");
    private static readonly Option<string?> Encoding = new("--encoding") { Description = "Of text files without a byte order mark; found out if not given.", HelpName = "NAME" };
    private static readonly Option<char?> Delimiter = new("--delimiter") { Description = "What separates the cells of text files; found out if not given.", HelpName = "CHAR" };
    private static readonly Option<string?> Company = new("--company") { Description = "Of Tally; the one that is open if not given.", HelpName = "COMPANY" };
    private static readonly Option<bool> Yes = new("--yes") { Description = "Do not ask." };

    public static Command Build() => Verb
        .Create("add", "Look at a source, show exactly which columns would leave this computer, and set it up.", "source add files D:\\Books --without parties.pan")
        .With(Kind, Place, Name, Connection, Tables, Without, Only, Key, NoKey, Encoding, Delimiter, Company, Yes)
        .Runs(RunAsync);

    private static async Task<int> RunAsync(VerbContext context, CancellationToken cancel)
    {
        var config = AgentConfig.Load(context.Home);
        var store = new SecretStore(context.Home);
        var secrets = store.Load();
        var source = Describe(context, config);
        if (source.Kind is SourceKind.Postgres or SourceKind.MySql or SourceKind.SqlServer)
        {
            secrets = secrets with { Connections = new Dictionary<string, string>(secrets.Connections) { [source.Name] = ReadConnection(context.Arguments.GetValue(Connection)) } };
        }

        using var key = new OutboxKey(secrets.OutboxKey);
        using var outbox = new OutboxStore(context.Home.Outbox, key);
        using var opened = OpenedSource.Open(source, secrets, outbox);
        var previews = await PreviewAsync(context, config, opened.Source, key, cancel);
        if (context.Output.IsInteractive && !context.Arguments.GetValue(Yes))
        {
            previews.ForEach(preview => PreviewSourceCommand.Show(context.Output, preview.Preview));
            previews = previews.ConvertAll(each => (each.Table with { Only = Ask(context.Output, each.Preview) ?? each.Table.Only }, each.Preview));
        }

        var tables = previews.ConvertAll(each => each.Table with { Key = [.. each.Preview.Key.Where(each.Table.Leaves)] });
        store.Save(secrets);
        (config with { Sources = [.. config.Sources, source with { Tables = tables }] }).Save(context.Home);
        context.Output.Result(new { Source = source.Name, Tables = previews.ConvertAll(each => each.Preview) }, human =>
        {
            if (!human.IsInteractive)
            {
                previews.ForEach(preview => PreviewSourceCommand.Show(human, preview.Preview));
            }

            human.Line();
            human.Line($"{source.Name} is set up. Sync it now: workspace-agent sync --once");
        });
        return ExitCodes.Ok;
    }

    private static SourceConfig Describe(VerbContext context, AgentConfig config)
    {
        var kind = context.Arguments.GetValue(Kind);
        var place = context.Arguments.GetValue(Place);
        place = kind switch
        {
            SourceKind.Files or SourceKind.Sqlite => Path.GetFullPath(place ?? throw new AgentException(AgentProblem.Usage, "Say which file or folder.")),
            SourceKind.Tally => TallyAddress(place ?? DefaultTally),
            _ when place is not null => throw new AgentException(AgentProblem.Usage, "A database is named by its connection: --connection-file FILE. Passwords are no arguments, others can see those."),
            _ => "",
        };
        var name = context.Arguments.GetValue(Name) ?? (kind is SourceKind.Files or SourceKind.Sqlite ? Path.GetFileNameWithoutExtension(place) : $"{kind}");
        name = ColumnNames.OfTable(name);
        return config.Sources.Any(source => source.Name == name)
            ? throw new AgentException(AgentProblem.Usage, $"There is a source {name} already. Remove it first, or give this one another --name.")
            : new SourceConfig(name, kind, place, [], context.Arguments.GetValue(Encoding), context.Arguments.GetValue(Delimiter)?.ToString(), context.Arguments.GetValue(Company));
    }

    private static string TallyAddress(string text) => Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme == "http" && address.IsLoopback
        ? address.ToString()
        : throw new AgentException(AgentProblem.Usage, $"Tally is asked on this computer only, such as {DefaultTally}: what it says is not encrypted.");

    private static string ReadConnection(string? path)
    {
        var text = path switch
        {
            null => throw new AgentException(AgentProblem.Usage, "Say where the connection is, with --connection-file FILE, or - for standard input."),
            "-" => Console.In.ReadToEnd(),
            _ => File.ReadAllText(path),
        };
        return text.Trim() is { Length: > 0 and <= MaxConnectionChars } connection ? connection : throw new AgentException(AgentProblem.Usage, $"A connection has 1 to {MaxConnectionChars} characters.");
    }

    private static async Task<List<(TableConfig Table, TablePreview Preview)>> PreviewAsync(
        VerbContext context, AgentConfig config, ISource source, OutboxKey key, CancellationToken cancel)
    {
        var wanted = context.Arguments.GetValue(Tables)!;
        var all = await source.ListAsync(cancel);
        if (wanted.FirstOrDefault(name => all.All(table => !Names(name, table.Name))) is { } missing)
        {
            throw new AgentException(AgentProblem.Usage, $"The source has no table '{missing}'. It has: {string.Join(", ", all.Take(50).Select(table => table.Name))}");
        }

        var used = config.Sources.SelectMany(each => each.Tables).Select(table => table.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var previews = new List<(TableConfig, TablePreview)>();
        foreach (var table in all.Where(table => wanted.Length == 0 || wanted.Any(name => Names(name, table.Name))))
        {
            var settings = Settings(context.Arguments, table, Unused(used, ColumnNames.OfTable(table.Name)));
            var hasKey = settings.Key.Count > 0 || context.Arguments.GetValue(NoKey)!.Any(name => Names(name, table.Name));
            var preview = await context.Output.ProgressAsync(show =>
            {
                show($"Reading {table.Name}");
                return SourcePreview.RunAsync(source, settings, maxRows: 5, findKey: !hasKey, key, cancel);
            });
            CheckColumns(settings, preview);
            previews.Add((settings, preview));
        }

        return previews;
    }

    private static TableConfig Settings(ParseResult arguments, SourceTable table, string name)
    {
        List<string> Of(Option<string[]> option) =>
            [.. arguments.GetValue(option)!.Where(each => each.LastIndexOf('.') is var dot and > 0 && Names(each[..dot], table.Name)).Select(each => ColumnNames.OfTable(each[(each.LastIndexOf('.') + 1)..]))];
        var given = arguments.GetValue(Key)!.Where(each => each.IndexOf('=', StringComparison.Ordinal) is var sign and > 0 && Names(each[..sign], table.Name))
            .SelectMany(each => each[(each.IndexOf('=', StringComparison.Ordinal) + 1)..].Split(',')).Select(ColumnNames.OfTable).ToList();
        var only = Of(Only);
        var isWithoutKey = arguments.GetValue(NoKey)!.Any(each => Names(each, table.Name));
        IReadOnlyList<string> key = isWithoutKey ? [] : given.Count > 0 ? given : [.. table.Key.Select(ColumnNames.OfTable)];
        return new TableConfig(table.Name, name, key, only.Count > 0 ? only : null, Of(Without));
    }

    /// <summary>A misspelt column would leave, so each one must exist.</summary>
    private static void CheckColumns(TableConfig table, TablePreview preview)
    {
        var missing = table.Without.Concat(table.Only ?? []).Concat(table.Key).FirstOrDefault(name => !preview.Columns.Any(column => column.Name.Equals(name, StringComparison.OrdinalIgnoreCase)));
        if (missing is not null)
        {
            throw new AgentException(AgentProblem.Usage, $"{table.Table} has no column '{missing}'. It has: {string.Join(", ", preview.Columns.Select(column => column.Name))}");
        }
    }

    private static IReadOnlyList<string>? Ask(Output output, TablePreview preview)
    {
        var all = preview.Columns.Where(column => column.Leaves).Select(column => column.Name).ToList();
        var chosen = output.Choose($"{preview.Table}: untick what must not leave this computer", all);
        return chosen.Count == all.Count ? null : chosen;
    }

    private static bool Names(string name, string table) => name.Equals(table, StringComparison.OrdinalIgnoreCase) || name.Equals(ColumnNames.OfTable(table), StringComparison.OrdinalIgnoreCase);

    private static string Unused(HashSet<string> used, string name)
    {
        var unique = name;
        for (var number = 2; !used.Add(unique); number++)
        {
            unique = FormattableString.Invariant($"{name}_{number}");
        }

        return unique;
    }

    private static Option<string[]> Many(string name, string description, string help) =>
        new(name) { Description = description, HelpName = help, DefaultValueFactory = _ => [] };
}
