using System.CommandLine;
using System.Globalization;
using System.Reflection;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>config print: every setting with the value in force. Of a secret it says only whether there is one.</summary>
internal static class PrintConfigCommand
{
    public static Command Build() => Verb
        .Create("print", "Print every setting with the value in force.", "config print", Recording.Nothing("shows settings, none of which is secret"))
        .Runs((context, _) =>
        {
            var sections = OptionsSections.ReadAll(context.Get<IEnumerable<OptionsSection>>(), context.Get<IConfiguration>());
            var values = sections.SelectMany(each => OptionsSections.Settable(each.Section.Type)
                .Select(property => (Key: $"{each.Section.Name}:{property.Name}", Value: Text(property, each.Values)))).ToArray();
            context.Output.Result(values.ToDictionary(value => value.Key, value => value.Value), output => output.Table(
                ["option", "value"], values.Select(value => new[] { value.Key, value.Value })));
            return Task.FromResult(ExitCodes.Ok);
        });

    private static string Text(PropertyInfo property, object options) => property.IsDefined(typeof(SecretAttribute))
        ? Text(property.GetValue(options)).Length > 0 ? "(set)" : ""
        : Text(property.GetValue(options));

    private static string Text(object? value) => value switch
    {
        null => "",
        string text => text,
        System.Collections.IEnumerable list => string.Join(", ", list.Cast<object>()),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
