using System.Reflection;
using System.Reflection.Emit;

namespace WorkspaceServer.Tests.Dashboard.Languages;

/// <param name="Operand">The literal of ldstr, or what a call calls; null for all else.</param>
internal sealed record Instruction(OpCode Code, object? Operand)
{
    public string? Text => Operand as string;

    public MethodBase? Called => Operand as MethodBase;

    public bool Calls(Type type, string name) => Called is { } called && called.DeclaringType == type && called.Name == name;
}

/// <summary>What the compiler made of the sources, pages included: each method of an assembly as its instructions (ECMA-335, III.1).</summary>
internal static class CompiledCode
{
    private const BindingFlags Own = BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

    private static readonly Dictionary<short, OpCode> Codes =
        typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    public static IEnumerable<(MethodBase Method, IReadOnlyList<Instruction> Body)> Of(Assembly assembly) =>
        from type in assembly.GetTypes()
        from method in type.GetMethods(Own).Concat<MethodBase>(type.GetConstructors(Own))
        where method.GetMethodBody() is not null
        select (method, (IReadOnlyList<Instruction>)[.. Read(method)]);

    private static IEnumerable<Instruction> Read(MethodBase method)
    {
        var bytes = method.GetMethodBody()!.GetILAsByteArray()!;
        for (var at = 0; at < bytes.Length;)
        {
            var code = Codes[bytes[at] == 0xFE ? BitConverter.ToInt16([bytes[at + 1], bytes[at]]) : bytes[at]];
            at += code.Size;
            yield return new Instruction(code, OperandOf(code, method, bytes, at));
            at += code.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(bytes, at)),
                _ => 4,
            };
        }
    }

    private static object? OperandOf(OpCode code, MethodBase method, byte[] bytes, int at) => code.OperandType switch
    {
        OperandType.InlineString => method.Module.ResolveString(BitConverter.ToInt32(bytes, at)),
        OperandType.InlineMethod => method.Module.ResolveMethod(
            BitConverter.ToInt32(bytes, at), method.DeclaringType?.GetGenericArguments(), method.IsGenericMethod ? method.GetGenericArguments() : null),
        _ => null,
    };
}
