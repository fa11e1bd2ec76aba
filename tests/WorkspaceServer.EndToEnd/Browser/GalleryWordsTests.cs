using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using WorkspaceServer.Commands;
using WorkspaceServer.Dashboard.Languages;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.EndToEnd.Browser;

/// <summary>Every page of the gallery in a made-up language: what it says goes through the texts; all else comes from its model, or is a name.</summary>
public sealed partial class GalleryWordsTests
{
    // Names: of the product, of a class of columns, of programs and formats.
    private static readonly string[] Names = ["· Workspace Server", "Workspace Server", "localhost", "127.0.0.1"];

    [Fact]
    public async Task WhatAPageSaysIsOneOfTheTexts_OrComesFromItsModel()
    {
        await using var server = await RunningServer.StartAsync(change: new WebServerChange(
            (services, _) =>
            {
                Gallery.AddServices(services);
                services.AddSingleton(new LanguageChoice(PseudoLanguage.Language));
            },
            Gallery.Map));
        var wrong = new List<string>();
        foreach (var (name, page) in Gallery.Pages)
        {
            var html = await GetAsync(server.Http, "/gallery/" + name);
            Assert.Contains($"<html lang=\"{PseudoLanguage.Tag}\"", html, StringComparison.Ordinal);
            var data = StringsOf(page()).Concat(StringsOf(DashboardPages.Shells.Made)).Concat(Names).Where(text => text.Trim().Length > 0).Select(text => text.Trim()).Distinct().OrderByDescending(text => text.Length).ToArray();
            wrong.AddRange(PseudoLanguage.Outside(html).Where(text => !IsData(text, data)).Select(text => $"{name}: {text}"));
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Distinct()));
    }

    [Fact]
    public void WhatStandsOutsideIsFound()
    {
        Assert.Equal(["bare", "label"], PseudoLanguage.Outside("<p>⟦Saave⟧</p><p>bare <code>x</code> ⟦aa <b>bb⟧</b></p><p aria-label=\"label\" translate=\"yes\">12</p><p translate=\"no\">Asha <b>K</b></p>"));
        Assert.Equal(["a bracket without its other one"], PseudoLanguage.Outside("<p>⟦x</p>"));
        Assert.Equal("⟦Seeeen ⟧10:42", Composite.Fill(PseudoLanguage.Language.Of("Seen {0}"), ["10:42"]));
    }

    private static async Task<string> GetAsync(HttpClient http, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", "text/html");
        request.Headers.TryAddWithoutValidation("Accept-Language", PseudoLanguage.Tag);
        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Whether nothing with letters is left without what the model holds, as it is or shortened, and without sizes.</summary>
    private static bool IsData(string text, string[] data)
    {
        if (data.Any(each => each.Contains(text.Trim('…'), StringComparison.Ordinal)))
        {
            return true;
        }

        return !Without(Size().Replace(text, "")).Any(char.IsLetter) || !Size().Replace(Without(text), "").Any(char.IsLetter);

        string Without(string all) => data.Aggregate(all, (rest, each) => rest.Replace(each, "", StringComparison.OrdinalIgnoreCase));
    }

    private static HashSet<string> StringsOf(object root)
    {
        var (texts, seen) = (new HashSet<string>(), new HashSet<object>(ReferenceEqualityComparer.Instance));
        Walk(root);
        return texts;

        void Walk(object? each)
        {
            switch (each)
            {
                case null:
                    break;
                case string text:
                    texts.Add(text);
                    break;
                case LaterText or Delegate or Type:
                    break;
                case KeyValuePair<string, string> pair:
                    texts.Add(pair.Value);
                    break;
                case IEnumerable many:
                    foreach (var one in many)
                    {
                        Walk(one);
                    }

                    break;
                default:
                    var type = each.GetType();
                    if (each is ITuple || (type.Namespace?.StartsWith("WorkspaceServer", StringComparison.Ordinal) == true && !type.IsEnum && (type.IsValueType || seen.Add(each))))
                    {
                        foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
                        {
                            Walk(field.GetValue(each));
                        }
                    }

                    break;
            }
        }
    }

    [GeneratedRegex(@"\b[0-9][0-9,.]*\s?(B|KB|MB|GB|TB)\b")]
    private static partial Regex Size();
}
