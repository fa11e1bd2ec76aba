using System.Collections;
using System.Collections.Frozen;
using System.Reflection;
using System.Resources;
using Microsoft.Net.Http.Headers;

namespace WorkspaceServer.Dashboard.Languages;

/// <summary>The languages that exist, one resource Texts.xx.resx each, and which of them a request gets.</summary>
internal sealed class LanguageChoice
{
    private const string Before = "Texts.";
    private const string After = ".resources";
    private const string Small = "… ";

    /// <summary>More than a browser sends; the rest is not looked at.</summary>
    private const int MaxAsked = 20;

    private readonly FrozenDictionary<string, Language> others;

    public LanguageChoice(params IEnumerable<Language> others) =>
        this.others = others.ToFrozenDictionary(language => language.Tag, StringComparer.OrdinalIgnoreCase);

    /// <summary>What was built into the program. The texts of a language are read when somebody first asks for it, so that the start takes no longer.</summary>
    public static LanguageChoice OfProgram() => new(Assembly.GetExecutingAssembly().GetManifestResourceNames()
        .Where(name => name.StartsWith(Before, StringComparison.Ordinal) && name.EndsWith(After, StringComparison.Ordinal))
        .Select(name => Read(name[Before.Length..^After.Length], () => Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!)));

    /// <summary>A language whose texts are in a compiled resource.</summary>
    public static Language Read(string tag, Func<Stream> open)
    {
        var texts = new Lazy<FrozenDictionary<string, string>>(() =>
        {
            using var reader = new ResourceReader(open());
            return reader.Cast<DictionaryEntry>().Where(entry => entry.Value is string { Length: > 0 }).ToFrozenDictionary(entry => TextOf((string)entry.Key), entry => (string)entry.Value!);
        });
        return new Language(tag, english => texts.Value.GetValueOrDefault(english));
    }

    /// <summary>The name of a text in the resource. A text that begins small gets dots before it, for names that differ in capitals only are the same to the compiler of resources.</summary>
    public static string NameOf(string english) => char.IsLower(english[0]) ? Small + english : english;

    public static string TextOf(string name) => name.StartsWith(Small, StringComparison.Ordinal) ? name[Small.Length..] : name;

    /// <summary>Those who ask for a page get it in the first of their languages that exists. Programs get English, whatever they say.</summary>
    public void Use(IApplicationBuilder app)
    {
        if (others.Count == 0)
        {
            return;
        }

        app.Use((context, next) =>
        {
            var isPage = context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal);
            Language.Current = isPage ? For(context.Request.Headers.AcceptLanguage.ToString()) : Language.English;
            if (isPage)
            {
                context.Response.Headers.Append(HeaderNames.Vary, HeaderNames.AcceptLanguage);
            }

            return next(context);
        });
    }

    /// <param name="asked">As the header Accept-Language has it (RFC 9110, section 12.5.4). For hi-IN, hi is good enough.</param>
    public Language For(string asked)
    {
        if (!StringWithQualityHeaderValue.TryParseList([.. asked.Split(',').Take(MaxAsked)], out var wishes))
        {
            return Language.English;
        }

        foreach (var tag in wishes.Where(wish => wish.Quality is not 0).OrderByDescending(wish => wish.Quality ?? 1).Select(wish => wish.Value.ToString()))
        {
            var main = tag.Split('-')[0];
            if (others.TryGetValue(tag, out var exact) || others.TryGetValue(main, out exact))
            {
                return exact;
            }

            if (main.Equals("en", StringComparison.OrdinalIgnoreCase))
            {
                break;
            }
        }

        return Language.English;
    }
}
