namespace WorkspaceServer.Features.Samples;

/// <summary>India's 15-character tax numbers: state code, PAN, entity number, Z, check character (GST Rules 2017, rule 10).</summary>
internal static class Gstin
{
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private const int PanSerialLimit = 10_000;

    /// <summary>A made-up permanent account number of a firm: 3 letters, F, 1 letter, 4 digits, 1 letter.</summary>
    public static string MakePan(SeededRandom random) => string.Concat(
        Letter(random), Letter(random), Letter(random), 'F', Letter(random), random.Next(PanSerialLimit).ToString("0000", null), Letter(random));

    public static string Make(string stateCode, string pan)
    {
        var body = $"{stateCode}{pan}1Z";
        return body + CheckCharacter(body);
    }

    /// <summary>Each character's value times 1, 2, 1, 2 …; quotient and remainder by 36 added up; what is missing to a multiple of 36.</summary>
    public static char CheckCharacter(string body)
    {
        var sum = 0;
        for (var i = 0; i < body.Length; i++)
        {
            var product = Alphabet.IndexOf(body[i], StringComparison.Ordinal) * (1 + (i % 2));
            sum += (product / Alphabet.Length) + (product % Alphabet.Length);
        }

        return Alphabet[(Alphabet.Length - (sum % Alphabet.Length)) % Alphabet.Length];
    }

    private static string Letter(SeededRandom random) => ((char)('A' + random.Next(26))).ToString();
}
