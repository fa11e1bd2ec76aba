namespace WorkspaceServer.Features.Backups.Stores;

/// <summary>In which country a region of Amazon's is, so that a wrong Backup:Country is noticed. Other providers name regions as they like.</summary>
/// <remarks>Regions of S3 as Amazon lists them in its General Reference, "Amazon Simple Storage Service endpoints and quotas".</remarks>
internal static class AmazonRegions
{
    private static readonly Dictionary<string, string> Countries = new(StringComparer.OrdinalIgnoreCase)
    {
        ["ap-south-1"] = "IN", ["ap-south-2"] = "IN",
        ["ap-east-1"] = "HK", ["ap-northeast-1"] = "JP", ["ap-northeast-2"] = "KR", ["ap-northeast-3"] = "JP",
        ["ap-southeast-1"] = "SG", ["ap-southeast-2"] = "AU", ["ap-southeast-3"] = "ID", ["ap-southeast-4"] = "AU", ["ap-southeast-5"] = "MY", ["ap-southeast-7"] = "TH",
        ["us-east-1"] = "US", ["us-east-2"] = "US", ["us-west-1"] = "US", ["us-west-2"] = "US", ["ca-central-1"] = "CA", ["ca-west-1"] = "CA", ["mx-central-1"] = "MX", ["sa-east-1"] = "BR",
        ["eu-central-1"] = "DE", ["eu-central-2"] = "CH", ["eu-west-1"] = "IE", ["eu-west-2"] = "GB", ["eu-west-3"] = "FR", ["eu-north-1"] = "SE", ["eu-south-1"] = "IT", ["eu-south-2"] = "ES",
        ["me-south-1"] = "BH", ["me-central-1"] = "AE", ["il-central-1"] = "IL", ["af-south-1"] = "ZA",
    };

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
