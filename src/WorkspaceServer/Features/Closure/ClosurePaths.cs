namespace WorkspaceServer.Features.Closure;

/// <summary>Where accounts are closed, for people and for programs.</summary>
internal static class ClosurePaths
{
    public const string Page = "/account/closure";

    /// <summary>POST: the copy of what is kept about the person.</summary>
    public const string Export = Page + "/export";

    public const string CallOff = Page + "/call-off";

    public const string Operator = "/operator/closures";

    public const string Approve = Operator + "/approve";

    public const string Api = "/api/v1/account/closure";

    public const string ApiExport = "/api/v1/account/export";

    public const string ApiCallOff = Api + "/call-off";

    public const string ApiAdmin = "/api/v1/admin/closures";
}
