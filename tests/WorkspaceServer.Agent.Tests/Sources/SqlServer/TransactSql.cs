using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace WorkspaceServer.Agent.Tests.Sources.SqlServer;

/// <summary>What a statement gives.</summary>
/// <param name="IsCatalog">Whether it is about the database, and not from one of its tables.</param>
internal sealed record SqlServerResult(IReadOnlyList<SqlServerColumn> Columns, IEnumerable<object?[]> Rows, bool IsCatalog);

/// <summary>
/// Runs statements as SQL Server's own parser reads them: SELECTs of columns and expressions from joined tables, which is what the agent sends. Whatever else it is given is an error, as
/// is a name that does not exist; no row is ever made up.
/// </summary>
internal sealed class TransactSql(SqlServerDatabase database, IReadOnlyDictionary<string, string?> variables)
{
    private readonly List<(string Alias, SqlServerTable Table)> bound = [];

    /// <exception cref="SqlServerError">What a server would say.</exception>
    public static SqlServerResult Run(string text, SqlServerDatabase database, IReadOnlyDictionary<string, string?> variables)
    {
        var script = (TSqlScript)new TSql160Parser(initialQuotedIdentifiers: true).Parse(new StringReader(text), out var errors);
        if (errors.Count > 0)
        {
            throw new SqlServerError(102, 15, 1, errors[0].Message);
        }

        return script.Batches is [{ Statements: [var statement] }] ? new TransactSql(database, variables).Run(statement) : throw Unknown("several statements");
    }

    private static SqlServerError Unknown(string what) => new(50000, 16, 1, $"The peer of the tests does not know {what}.");

    /// <summary>An error if anything of a statement is there that nobody looks at.</summary>
    private static void Without(params object?[] parts)
    {
        if (parts.FirstOrDefault(part => part is System.Collections.ICollection { Count: > 0 } or (not null and not System.Collections.ICollection)) is { } part)
        {
            throw Unknown(part.GetType().Name);
        }
    }

    private SqlServerResult Run(TSqlStatement statement)
    {
        if (statement is not SelectStatement { Into: null, QueryExpression: QuerySpecification query } select)
        {
            throw new SqlServerError(229, 14, 5, $"The permission for {statement.GetType().Name} was denied in database '{database.Name}'.");
        }

        Without(select.WithCtesAndXmlNamespaces, select.OptimizerHints, select.ComputeClauses, query.TopRowFilter, query.UniqueRowFilter == UniqueRowFilter.NotSpecified ? null : query, query.GroupByClause, query.HavingClause, query.WindowClause, query.OffsetClause, query.ForClause);
        var rows = query.FromClause?.TableReferences switch
        {
            null => [[]],
            [var one] => From(one),
            _ => throw Unknown("a list of tables"),
        };
        var expressions = new TransactSqlExpressions(database, variables, bound);
        if (query.WhereClause?.SearchCondition is { } where)
        {
            var truth = expressions.Truth(where);
            rows = rows.Where(row => truth(row) == true);
        }

        var order = (query.OrderByClause?.OrderByElements ?? []).Select(by => by.SortOrder == SortOrder.Descending ? throw Unknown("DESC") : expressions.Value(by.Expression)).ToList();
        if (order.Count > 0)
        {
            rows = order.Aggregate(rows.OrderBy(_ => 0), (sorted, by) => sorted.ThenBy(by.Of, Comparer<object?>.Create(TransactSqlExpressions.Compare)));
        }

        var chosen = query.SelectElements.Select(element => element is SelectScalarExpression scalar ? (Name: scalar.ColumnName?.Value ?? NameOf(scalar.Expression), Value: expressions.Value(scalar.Expression)) : throw Unknown("SELECT *")).ToList();
        return new SqlServerResult(
            [.. chosen.Select(each => new SqlServerColumn(each.Name, each.Value.Type))],
            rows.Select(row => chosen.Select(each => each.Value.Of(row)).ToArray()),
            bound.All(each => SqlServerDatabase.IsCatalog(each.Table.Schema)));
    }

    private static string NameOf(ScalarExpression expression) => expression is ColumnReferenceExpression column ? column.MultiPartIdentifier.Identifiers[^1].Value : "";

    /// <summary>The rows of tables side by side, in the order in which they are bound.</summary>
    private IEnumerable<object?[][]> From(TableReference reference)
    {
        switch (reference)
        {
            case NamedTableReference named:
                Without(named.TableHints, named.TableSampleClause, named.TemporalClause, named.SchemaObject.DatabaseIdentifier, named.SchemaObject.ServerIdentifier);
                var table = database.Table(named.SchemaObject.SchemaIdentifier?.Value ?? "dbo", named.SchemaObject.BaseIdentifier.Value);
                bound.Add((named.Alias?.Value ?? table.Name, table));
                return table.Rows.Select(row => new[] { row });
            case QualifiedJoin { QualifiedJoinType: QualifiedJoinType.Inner, JoinHint: JoinHint.None } join:
                var (left, right) = (From(join.FirstTableReference), From(join.SecondTableReference).ToList());
                var truth = new TransactSqlExpressions(database, variables, bound).Truth(join.SearchCondition);
                return left.SelectMany(first => right.Select(second => (object?[][])[.. first, .. second])).Where(row => truth(row) == true);
            default:
                throw Unknown(reference.GetType().Name);
        }
    }
}
