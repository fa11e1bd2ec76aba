namespace WorkspaceServer.Vault;

/// <summary>SQLite's five storage classes (sqlite.org/datatype3.html, section 2).</summary>
public enum SqlType : byte
{
    Null = 0,
    Integer = 1,
    Real = 2,
    Text = 3,
    Blob = 4,
}

/// <summary>One cell, without boxing numbers.</summary>
public readonly record struct SqlValue
{
    private readonly long bits;
    private readonly object? reference;

    private SqlValue(SqlType type, long bits, object? reference)
    {
        Type = type;
        this.bits = bits;
        this.reference = reference;
    }

    public static SqlValue Null => default;

    public SqlType Type { get; }

    public bool IsNull => Type == SqlType.Null;

    public static implicit operator SqlValue(long value) => new(SqlType.Integer, value, null);

    public static implicit operator SqlValue(double value) => new(SqlType.Real, BitConverter.DoubleToInt64Bits(value), null);

    public static implicit operator SqlValue(string? value) => value is null ? Null : new(SqlType.Text, 0, value);

    public static implicit operator SqlValue(byte[]? value) => value is null ? Null : new(SqlType.Blob, 0, value);

    /// <exception cref="InvalidOperationException">The value has another type; so for the next three.</exception>
    public long AsInteger() => Type == SqlType.Integer ? bits : throw Wrong();

    public double AsReal() => Type == SqlType.Real ? BitConverter.Int64BitsToDouble(bits) : throw Wrong();

    public string AsText() => Type == SqlType.Text ? (string)reference! : throw Wrong();

    public byte[] AsBlob() => Type == SqlType.Blob ? (byte[])reference! : throw Wrong();

    /// <summary>For messages and tests: numbers as SQL would write them, text as it is, a blob as x'…'.</summary>
    public override string ToString() => Type switch
    {
        SqlType.Integer => bits.ToString(System.Globalization.CultureInfo.InvariantCulture),
        SqlType.Real => AsReal().ToString("R", System.Globalization.CultureInfo.InvariantCulture),
        SqlType.Text => AsText(),
        SqlType.Blob => $"x'{Convert.ToHexString(AsBlob())}'",
        _ => "NULL",
    };

    private InvalidOperationException Wrong() => new($"This value is {Type}.");
}
