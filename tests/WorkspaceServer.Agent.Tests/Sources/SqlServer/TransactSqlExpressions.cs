using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace WorkspaceServer.Agent.Tests.Sources.SqlServer;

/// <summary>An expression that was looked through once and is worth something for each row.</summary>
internal sealed record SqlServerExpression(SqlServerType Type, Func<object?[][], object?> Of);

/// <summary>The expressions that <see cref="TransactSql"/> knows. NULL makes everything NULL, text is compared without regard to case and to spaces at its end.</summary>
internal sealed class TransactSqlExpressions(SqlServerDatabase database, IReadOnlyDictionary<string, string?> variables, IReadOnlyList<(string Alias, SqlServerTable Table)> bound)
{
    private static readonly SqlServerType Whole = new("int");

    /// <summary>What CONVERT makes of nvarchar if no length is given.</summary>
    private const int DefaultLength = 30;

    public SqlServerExpression Value(ScalarExpression expression) => expression switch
    {
        ColumnReferenceExpression column => Column(column),
        ParenthesisExpression inner => Value(inner.Expression),
        StringLiteral text => new SqlServerExpression(SqlServerType.Text(Math.Max(1, text.Value.Length)), _ => text.Value),
        IntegerLiteral number => Number(number),
        VariableReference variable => Variable(variable.Name),
        ConvertCall convert => Converted(Value(convert.Parameter), (SqlDataTypeReference)convert.DataType, convert.Style is IntegerLiteral style ? Int(style.Value) : convert.Style is null ? null : throw Unknown(convert.Style)),
        CastCall cast => Converted(Value(cast.Parameter), (SqlDataTypeReference)cast.DataType, style: null),
        CoalesceExpression coalesce => FirstOf([.. coalesce.Expressions.Select(Value)]),
        SimpleCaseExpression choice => Choice(choice),
        BinaryExpression { BinaryExpressionType: BinaryExpressionType.Add } sum => Joined(Value(sum.FirstExpression), Value(sum.SecondExpression)),
        FunctionCall call => Function(call),
        _ => throw Unknown(expression),
    };

    /// <returns>Null where nobody knows.</returns>
    public Func<object?[][], bool?> Truth(BooleanExpression expression)
    {
        switch (expression)
        {
            case BooleanParenthesisExpression inner:
                return Truth(inner.Expression);
            case BooleanBinaryExpression { BinaryExpressionType: BooleanBinaryExpressionType.And } both:
                var (one, other) = (Truth(both.FirstExpression), Truth(both.SecondExpression));
                return row => one(row) & other(row);
            case BooleanComparisonExpression { ComparisonType: BooleanComparisonType.Equals or BooleanComparisonType.GreaterThan } comparison:
                var (left, right) = (Value(comparison.FirstExpression), Value(comparison.SecondExpression));
                var wantsEqual = comparison.ComparisonType == BooleanComparisonType.Equals;
                return row => (left.Of(row), right.Of(row)) is ({ } first, { } second) ? wantsEqual ? Compare(first, second) == 0 : Compare(first, second) > 0 : null;
            case InPredicate { NotDefined: false, Subquery: null } membership:
                var (sought, list) = (Value(membership.Expression), membership.Values.Select(Value).ToList());
                return row => sought.Of(row) is { } value ? list.Exists(each => each.Of(row) is { } entry && Compare(value, entry) == 0) : null;
            default:
                throw new SqlServerError(50000, 16, 1, $"The peer of the tests does not know {expression.GetType().Name}.");
        }
    }

    public static int Compare(object? left, object? right) => (Comparable(left), Comparable(right)) switch
    {
        (string first, string second) => StringComparer.OrdinalIgnoreCase.Compare(first.TrimEnd(' '), second.TrimEnd(' ')),
        (long first, long second) => first.CompareTo(second),
        var (first, second) => throw new SqlServerError(206, 16, 2, $"Operand type clash: {first?.GetType().Name} is incompatible with {second?.GetType().Name}"),
    };

    private static object? Comparable(object? value) => value is bool truth ? (truth ? 1L : 0L) : value;

    private static SqlServerError Unknown(TSqlFragment fragment) => new(50000, 16, 1, $"The peer of the tests does not know {fragment.GetType().Name}.");

    private static int Int(string text) => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private static SqlServerExpression Number(IntegerLiteral literal)
    {
        object value = (long)Int(literal.Value);
        return new SqlServerExpression(Whole, _ => value);
    }

    private SqlServerExpression Variable(string name)
    {
        var value = variables.TryGetValue(name, out var given) ? given : throw new SqlServerError(137, 15, 2, $"Must declare the scalar variable \"{name}\".");
        return new SqlServerExpression(SqlServerType.Text(4000), _ => value);
    }

    private SqlServerExpression Column(ColumnReferenceExpression reference)
    {
        var names = reference.MultiPartIdentifier.Identifiers.Select(part => part.Value).ToArray();
        var found = bound.Index()
            .Where(each => names.Length == 1 || (names.Length == 2 && Is(each.Item.Alias, names[0])))
            .SelectMany(each => each.Item.Table.Columns.Index().Where(column => Is(column.Item.Name, names[^1])).Select(column => (Table: each.Index, Column: column.Index, column.Item.Type)))
            .ToList();
        return found switch
        {
            [] when names.Length > 1 => throw new SqlServerError(4104, 16, 1, $"The multi-part identifier \"{string.Join('.', names)}\" could not be bound."),
            [] => throw new SqlServerError(207, 16, 1, $"Invalid column name '{names[0]}'."),
            [var (table, column, type)] => new SqlServerExpression(type, row => row[table][column]),
            _ => throw new SqlServerError(209, 16, 1, $"Ambiguous column name '{names[^1]}'."),
        };
    }

    private static bool Is(string name, string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);

    private static SqlServerExpression Converted(SqlServerExpression given, SqlDataTypeReference type, int? style)
    {
        var length = type.Parameters switch
        {
            [] => DefaultLength,
            [MaxLiteral] => SqlServerType.Max,
            [var literal] => Int(literal.Value),
            _ => throw Unknown(type),
        };
        switch (type.SqlDataTypeOption)
        {
            case SqlDataTypeOption.NVarChar:
                var write = SqlServerText.Conversion(given.Type, length, style);
                return new SqlServerExpression(SqlServerType.Text(length), row => given.Of(row) is { } value ? write(value) : null);
            case SqlDataTypeOption.Int when given.Type.Name is "tinyint" or "smallint" or "int" or "bit" && style is null:
                return new SqlServerExpression(Whole, row => Comparable(given.Of(row)));
            case SqlDataTypeOption.VarBinary when given.Type.Name is "binary" or "varbinary" or "image" or "timestamp" && style is null && length == SqlServerType.Max:
                return given with { Type = new SqlServerType("varbinary", length) };
            default:
                throw new SqlServerError(529, 16, 2, $"Explicit conversion from data type {given.Type.Name} to {type.SqlDataTypeOption} is not allowed.");
        }
    }

    private static SqlServerExpression FirstOf(SqlServerExpression[] choices) =>
        new(SqlServerType.Text(choices.Max(each => each.Type.Length)), row => choices.Select(each => each.Of(row)).FirstOrDefault(value => value is not null));

    private SqlServerExpression Choice(SimpleCaseExpression choice)
    {
        var input = Value(choice.InputExpression);
        var cases = choice.WhenClauses.Select(when => (When: Value(when.WhenExpression), Then: Value(when.ThenExpression))).ToList();
        return choice.ElseExpression is not null
            ? throw Unknown(choice.ElseExpression)
            : new SqlServerExpression(
                SqlServerType.Text(cases.Max(each => each.Then.Type.Length)),
                row => input.Of(row) is { } value && cases.Find(each => Compare(value, each.When.Of(row)) == 0) is { Then: { } then } ? then.Of(row) : null);
    }

    private static SqlServerExpression Joined(SqlServerExpression left, SqlServerExpression right) =>
        new(SqlServerType.Text(left.Type.Length + right.Type.Length), row => (left.Of(row), right.Of(row)) is (string first, string second) ? first + second : null);

    private SqlServerExpression Function(FunctionCall call)
    {
        if (call.OverClause is not null || call.UniqueRowFilter != UniqueRowFilter.NotSpecified)
        {
            throw Unknown(call);
        }

        var name = call.FunctionName.Value;
        if (call.CallTarget is not null)
        {
            // Method names of the .NET library are the only ones whose case counts.
            return name == "ToString" && call.CallTarget is MultiPartIdentifierCallTarget { MultiPartIdentifier: var column } && Value(new ColumnReferenceExpression { MultiPartIdentifier = column }) is { Type.Name: SqlServerType.Clr } value
                ? new SqlServerExpression(SqlServerType.Text(SqlServerType.Max), value.Of)
                : throw new SqlServerError(258, 15, 1, $"Cannot call methods on that. ({name})");
        }

        var parameters = call.Parameters.Select(Value).ToArray();
        return (name.ToUpperInvariant(), parameters) switch
        {
            ("LOWER", [var text]) => OfText(text, text.Type, value => value.ToLowerInvariant()),
            ("RTRIM", [var text]) => OfText(text, text.Type, value => value.TrimEnd(' ')),
            ("QUOTENAME", [var text]) => OfText(text, SqlServerType.Text(258), SqlServerDatabase.Quoted),
            ("TYPE_NAME", [var id]) => new SqlServerExpression(SqlServerType.Text(128), row => id.Of(row) is long number ? SqlServerType.NameOf(number) : null),
            ("DB_ID", []) => new SqlServerExpression(Whole, _ => SqlServerDatabase.Id),
            ("HAS_PERMS_BY_NAME", [var securable, _, _]) when call.Parameters is [_, StringLiteral { Value: "OBJECT" }, StringLiteral { Value: "SELECT" }] =>
                new SqlServerExpression(Whole, row => securable.Of(row) is string quoted ? database.MayRead(quoted) ? 1L : 0L : null),
            _ => throw new SqlServerError(195, 15, 10, $"'{name}' is not a recognized built-in function name."),
        };
    }

    private static SqlServerExpression OfText(SqlServerExpression given, SqlServerType type, Func<string, string> change) => given.Type.Name is "nvarchar"
        ? new SqlServerExpression(type, row => given.Of(row) is string text ? change(text) : null)
        : throw new SqlServerError(8116, 16, 1, $"Argument data type {given.Type.Name} is invalid for argument 1 of this function.");
}
