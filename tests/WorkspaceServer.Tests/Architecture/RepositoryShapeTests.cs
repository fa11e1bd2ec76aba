using System.Text.RegularExpressions;
using Xunit;

namespace WorkspaceServer.Tests.Architecture;

/// <summary>What stands where: the fixed top level, runnable scripts, lock files and texts that fit every machine.</summary>
public sealed partial class RepositoryShapeTests
{
    private static readonly string[] TopLevel =
        ["src", "tests", "ops", "keys.example", "WorkspaceServer.sln", "nginx.conf", "Makefile", "README.md", "LICENSE"];

    // In two halves, so that this file does not hold what it looks for.
    private static readonly string[] Registries =
        ["registry.npm" + "js.org", "registry.yarn" + "pkg.com", "api.nu" + "get.org", "py" + "pi.org", "deb.debian" + ".org", "crates" + ".io"];

    private static IEnumerable<SourceFile> TextFiles => Repository.Files
        .Where(path => !Path.GetExtension(path).ToLowerInvariant().Equals(".png", StringComparison.Ordinal))
        .Select(path => new SourceFile(path, File.ReadAllText(Repository.PathOf(path))));

    [Fact]
    public void NothingElseStandsAtTheTop() =>
        Assert.DoesNotContain(Repository.Files.Select(path => path.Split('/')[0]).Distinct(), IsExtraAtTheTop);

    [Theory]
    [InlineData("docs", true)]
    [InlineData("notes.md", true)]
    [InlineData(".editorconfig", false)]
    [InlineData("ops", false)]
    public void AnExtraEntryIsFound(string entry, bool extra) => Assert.Equal(extra, IsExtraAtTheTop(entry));

    [Fact]
    public void ScriptsRunAndStopAtTheFirstError()
    {
        var modes = Repository.Git("ls-files", "--stage").Select(line => line.Split([' ', '\t'], 4))
            .ToDictionary(parts => parts[3], parts => parts[0]);
        var scripts = TextFiles.Where(file => ShellStart().IsMatch(file.Text)).ToList();

        Assert.NotEmpty(scripts);
        Assert.Empty(scripts.SelectMany(script => BadScript(script, modes.GetValueOrDefault(script.Path, "100755"))));
    }

    [Theory]
    [InlineData("#!/usr/bin/env bash\nset -euo pipefail\n", "100644")]
    [InlineData("#!/usr/bin/env bash\nset -eu\n", "100755")]
    [InlineData("#!/bin/sh\nset -eu\n# set -euo pipefail\n", "100755")]
    public void ABadScriptIsFound(string text, string mode) => Assert.Single(BadScript(new SourceFile("ops/x.sh", text), mode));

    [Fact]
    public void LockFilesNameNoAddress()
    {
        var locks = TextFiles.Where(file => file.Path.EndsWith("package-lock.json", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(locks);
        Assert.DoesNotContain(locks, NamesAnAddress);
    }

    [Fact]
    public void ALockFileWithAnAddressIsFound() =>
        Assert.True(NamesAnAddress(new SourceFile("package-lock.json", "{ \"resolved\": \"https://example.org/x.tgz\" }")));

    [Fact]
    public void ExamplesOfKeysAreCommentsOnly()
    {
        var examples = TextFiles.Where(file => file.Path.StartsWith("keys.example/", StringComparison.Ordinal)).ToList();

        Assert.Contains(examples, file => file.Path == "keys.example/master.key");
        Assert.Contains(examples, file => file.Path == "keys.example/server.env");
        Assert.All(examples.SelectMany(file => file.Text.TrimEnd('\n').Split('\n')), line => Assert.StartsWith("#", line, StringComparison.Ordinal));
    }

    [Fact]
    public void NoTextBelongsToOneMachine() => Assert.Empty(TextFiles.SelectMany(OfOneMachine));

    [Theory]
    [InlineData("fetched from https://{0}/left-pad", "registry.npm" + "js.org")]
    [InlineData("<add value=\"https://{0}/v3/index.json\" />", "api.nu" + "get.org")]
    [InlineData("see /{0}/notes.txt", "work")]
    [InlineData("\"/{0}/somebody/project\"", "home")]
    [InlineData("cd /{0}/project", "root")]
    public void ATextOfOneMachineIsFound(string text, string part) =>
        Assert.Single(OfOneMachine(new SourceFile("X.md", string.Format(null, text, part))));

    private static bool IsExtraAtTheTop(string entry) => !entry.StartsWith('.') && !TopLevel.Contains(entry);

    private static IEnumerable<string> BadScript(SourceFile script, string mode)
    {
        if (mode != "100755")
        {
            yield return $"{script.Path} is not executable: chmod +x";
        }

        if (!StrictMode().IsMatch(script.Text))
        {
            yield return $"{script.Path} lacks: set -euo pipefail";
        }
    }

    private static bool NamesAnAddress(SourceFile file) => file.Text.Contains("\"resolved\"", StringComparison.Ordinal);

    private static IEnumerable<string> OfOneMachine(SourceFile file) =>
    [
        .. Registries.Where(host => file.Text.Contains(host, StringComparison.OrdinalIgnoreCase)).Select(host => $"{file.Path}: {host}"),
        .. MachinePath().Matches(file.Text).Select(match => $"{file.Path}: {match.Value}"),
    ];

    [GeneratedRegex(@"\A#!.*\b(ba)?sh\b")]
    private static partial Regex ShellStart();

    [GeneratedRegex(@"^set -euo pipefail$", RegexOptions.Multiline)]
    private static partial Regex StrictMode();

    [GeneratedRegex(@"(?<![A-Za-z0-9_.~*$})])/(work|root|home|Users|tmp/bash_jobs)/\w+")]
    private static partial Regex MachinePath();
}
