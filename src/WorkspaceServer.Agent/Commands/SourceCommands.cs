using System.CommandLine;
using WorkspaceServer.Agent.Outbox;
using WorkspaceServer.Agent.Settings;
using WorkspaceServer.Agent.Syncing;

namespace WorkspaceServer.Agent.Commands;

/// <summary>source list: what is set up.</summary>
internal static class ListSourcesCommand
{
    public static Command Build() => Verb.Create("list", "List the sources and their tables.", "source list").Runs((context, _) =>
    {
        var sources = AgentConfig.Load(context.Home).Sources;
        context.Output.Result(new { Sources = sources }, human =>
        {
            if (sources.Count == 0)
            {
                human.Line("There is none yet. Add one: workspace-agent source add files FOLDER");
                return;
            }

            human.Table(
                ["Source", "Kind", "Place", "Table", "In the workspace", "Key", "Stays here"],
                sources.SelectMany(source => source.Tables.Select(table => (string[])
                    [source.Name, $"{source.Kind}", source.Place, table.Table, table.Name, string.Join(", ", table.Key), table.Only is null ? string.Join(", ", table.Without) : $"all but {string.Join(", ", table.Only)}"])));
        });
        return Task.FromResult(ExitCodes.Ok);
    });
}

/// <summary>source preview: exactly which columns leave this computer, with the first rows.</summary>
internal static class PreviewSourceCommand
{
    private const int MaxRows = 100;

    public static Command Build()
    {
        var name = new Argument<string>("name") { Description = "The source." };
        var rows = new Option<int>("--rows") { Description = $"How many rows to show, 0 to {MaxRows}.", HelpName = "ROWS", DefaultValueFactory = _ => 5 };
        return Verb.Create("preview", "Show exactly which columns and rows leave this computer. Nothing is sent.", "source preview books").With(name, rows).Runs(async (context, cancel) =>
        {
            if (context.Arguments.GetValue(rows) is < 0 or > MaxRows)
            {
                throw new AgentException(AgentProblem.Usage, $"--rows is 0 to {MaxRows}.");
            }

            var source = Find(context.Home, context.Arguments.GetValue(name)!);
            var secrets = new SecretStore(context.Home).Load();
            using var key = new OutboxKey(secrets.OutboxKey);
            using var store = new OutboxStore(context.Home.Outbox, key);
            using var opened = OpenedSource.Open(source, secrets, store);
            var previews = new List<TablePreview>();
            foreach (var table in source.Tables)
            {
                previews.Add(await SourcePreview.RunAsync(opened.Source, table, context.Arguments.GetValue(rows), findKey: false, key, cancel));
            }

            context.Output.Result(new { Tables = previews }, human => previews.ForEach(preview => Show(human, preview)));
            return ExitCodes.Ok;
        });
    }

    public static SourceConfig Find(AgentHome home, string name) =>
        AgentConfig.Load(home).Sources.FirstOrDefault(source => source.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new AgentException(AgentProblem.Usage, $"There is no source '{name}'. List them with: workspace-agent source list");

    public static void Show(Output output, TablePreview preview)
    {
        output.Line();
        output.Line(FormattableString.Invariant($"{preview.Table}: {preview.Rows} rows, in the workspace as {preview.Name}, {(preview.Key.Count == 0 ? "no key (sent whole when something changed)" : "key " + string.Join(", ", preview.Key))}"));
        output.Table(
            ["Column", "In the source", "Type", "Leaves this computer"],
            preview.Columns.Select(column => (string[])[column.Name, column.Header, $"{column.Type}", column.Leaves ? "yes" : "no, stays here"]));
        if (preview.FirstRows.Count > 0)
        {
            output.Line("The first rows, as they are sent:");
            output.Table([.. preview.Columns.Where(column => column.Leaves).Select(column => column.Name)], preview.FirstRows.Select(row => row.Select(cell => cell ?? "").ToList()));
        }
    }
}

/// <summary>source remove: it is no longer synced. What the workspace has of it stays there.</summary>
internal static class RemoveSourceCommand
{
    public static Command Build()
    {
        var name = new Argument<string>("name") { Description = "The source." };
        return Verb.Create("remove", "Sync a source no longer. The workspace keeps what it has.", "source remove books").With(name).Runs((context, _) =>
        {
            var source = PreviewSourceCommand.Find(context.Home, context.Arguments.GetValue(name)!);
            var config = AgentConfig.Load(context.Home);
            (config with { Sources = [.. config.Sources.Where(each => each.Name != source.Name)] }).Save(context.Home);
            var store = new SecretStore(context.Home);
            var secrets = store.Load();
            store.Save(secrets with { Connections = secrets.Connections.Where(each => each.Key != source.Name).ToDictionary(each => each.Key, each => each.Value) });
            using var key = new OutboxKey(secrets.OutboxKey);
            using var outbox = new OutboxStore(context.Home.Outbox, key);
            new TableStateStore(outbox).Remove(source.Name);
            context.Output.Result(new { Removed = source.Name }, human => human.Line($"{source.Name} is synced no longer. The workspace keeps what it has of it."));
            return Task.FromResult(ExitCodes.Ok);
        });
    }
}
