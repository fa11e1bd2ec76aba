// Prints, for every SW, OPS or DOC claim of tests/CLAIMS.md, whether the last test run proved it.
//
//   dotnet run ops/claims.cs [-- CLAIMS_FILE RESULTS_FOLDER]
//
// One line per claim, P0 first: id, PASS | FAIL | MISSING, test names; tab-separated. Then a total. PASS: at least one
// test carries the claim's id and ran, and none of its tests failed. Exit code 1: a claim failed, or a test carries an
// id that no claim has. Exit code 2: there is nothing to read.
#:property PublishAot=false
#:property InvariantGlobalization=true
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

var claimsFile = args.Length > 0 ? args[0] : "tests/CLAIMS.md";
var resultsFolder = args.Length > 1 ? args[1] : "artifacts/test-results";

if (!File.Exists(claimsFile))
{
    return Refuse($"{claimsFile} does not exist. Run this from the repository root.");
}

var resultFiles = Directory.Exists(resultsFolder) ? Directory.GetFiles(resultsFolder, "*.xml") : [];
if (resultFiles.Length == 0)
{
    return Refuse($"no test results in {resultsFolder}. Run: make test");
}

var row = new Regex(@"^\| (?<id>[A-Z]\d+) \| (?<kind>SW|OPS|DOC) \| (?<priority>P\d) \|");
var claims = File.ReadLines(claimsFile)
    .Select(line => row.Match(line))
    .Where(match => match.Success)
    .Select(match => (Id: match.Groups["id"].Value, Priority: match.Groups["priority"].Value))
    .ToList();
// POL and NA claims need no test, but may have one.
var known = File.ReadLines(claimsFile).Select(line => Regex.Match(line, @"^\| ([A-Z]\d+) \|").Groups[1].Value).ToHashSet();

var proofs = new Dictionary<string, SortedDictionary<string, bool>>();
foreach (var file in resultFiles)
{
    XDocument results;
    try
    {
        results = XDocument.Load(file);
    }
    catch (XmlException)
    {
        return Refuse($"{file} is cut short: that test program did not end. Run: make test");
    }

    foreach (var test in results.Descendants("test"))
    {
        var result = (string?)test.Attribute("result");
        if (result is not ("Pass" or "Fail"))
        {
            continue; // Skipped or not run: proves nothing.
        }

        var name = $"{((string)test.Attribute("type")!).Split('.')[^1]}.{(string)test.Attribute("method")!}";
        foreach (var trait in test.Descendants("trait").Where(trait => (string?)trait.Attribute("name") == "claim"))
        {
            var id = (string)trait.Attribute("value")!;
            var tests = proofs.TryGetValue(id, out var found) ? found : proofs[id] = new(StringComparer.Ordinal);
            // A theory has one name and many cases: one failed case fails it.
            tests[name] = result == "Pass" && tests.GetValueOrDefault(name, true);
        }
    }
}

int passed = 0, failed = 0, missing = 0;
foreach (var (id, _) in claims.OrderBy(claim => claim.Priority, StringComparer.Ordinal))
{
    var tests = proofs.GetValueOrDefault(id);
    var state = tests is null ? "MISSING" : tests.Values.All(pass => pass) ? "PASS" : "FAIL";
    _ = state switch { "PASS" => passed++, "FAIL" => failed++, _ => missing++ };
    // Of a failed claim, the tests that failed.
    Console.WriteLine($"{id}\t{state}\t{string.Join(", ", (tests ?? []).Where(test => state != "FAIL" || !test.Value).Select(test => test.Key))}");
}

Console.WriteLine($"{passed} PASS, {failed} FAIL, {missing} MISSING of {claims.Count} claims");
var unknown = proofs.Keys.Where(id => !known.Contains(id)).Order(StringComparer.Ordinal).ToList();
if (unknown.Count > 0)
{
    Console.Error.WriteLine($"claims: tests carry ids that {claimsFile} does not have: {string.Join(", ", unknown)}");
}

return failed == 0 && unknown.Count == 0 ? 0 : 1;

static int Refuse(string reason)
{
    Console.Error.WriteLine($"claims: {reason}");
    return 2;
}
