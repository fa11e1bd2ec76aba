namespace WorkspaceServer.Features.Backups.Stores;

/// <summary>In which country a region of Amazon's is, so that a wrong Backup:Country is noticed. Other providers name regions as they like.</summary>
/// <remarks>Regions of S3 as Amazon lists them in its General Reference, "Amazon Simple Storage Service endpoints and quotas".</remarks>
internal static class AmazonRegions
{
    private const string Regions = """
        AE:me-central-1 AU:ap-southeast-2,ap-southeast-4 BH:me-south-1 BR:sa-east-1 CA:ca-central-1,ca-west-1
        CH:eu-central-2 DE:eu-central-1 ES:eu-south-2 FR:eu-west-3 GB:eu-west-2 HK:ap-east-1 ID:ap-southeast-3
        IE:eu-west-1 IL:il-central-1 IN:ap-south-1,ap-south-2 IT:eu-south-1 JP:ap-northeast-1,ap-northeast-3
        KR:ap-northeast-2 MX:mx-central-1 MY:ap-southeast-5 SE:eu-north-1 SG:ap-southeast-1 TH:ap-southeast-7
        US:us-east-1,us-east-2,us-west-1,us-west-2 ZA:af-south-1
        """;

    private static readonly Dictionary<string, string> Countries = Regions.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)
        .Select(country => country.Split(':'))
        .SelectMany(country => country[1].Split(',').Select(region => (Region: region, Country: country[0])))
        .ToDictionary(each => each.Region, each => each.Country, StringComparer.OrdinalIgnoreCase);

    /// <summary>The country, if the endpoint is Amazon's and names a region, or leaves it to the setting; null if nobody knows.</summary>
    public static string? CountryOf(string endpoint, string region)
    {
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var address) || !address.Host.EndsWith(".amazonaws.com", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var named = address.Host.Split('.').FirstOrDefault(Countries.ContainsKey) ?? region;
        return Countries.GetValueOrDefault(named);
    }
}
