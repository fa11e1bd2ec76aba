using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Public;

/// <summary>GET /api/v1/openapi.json: the JSON interface, described from its code (OpenAPI 3.1).</summary>
internal static class ApiDocument
{
    public const string Path = "/api/v1/openapi.json";

    private const string Name = "v1";
    private const string Prefix = "api/v1/";
    private const string ProblemSchema = "Problem";

    public static void AddApiDocument(this IServiceCollection services)
    {
        services.AddOpenApi(Name, options =>
        {
            options.ShouldInclude = endpoint => endpoint.RelativePath?.StartsWith(Prefix, StringComparison.Ordinal) == true;
            // Many features have a record Body or Answer; inside what they belong to, names are unique.
            options.CreateSchemaReferenceId = type => OpenApiOptions.CreateDefaultSchemaReferenceId(type) is { } id ? type.Type.DeclaringType?.Name + id : null;
            options.AddDocumentTransformer((document, _, _) =>
            {
                document.Info = new OpenApiInfo { Title = "Workspace Server", Version = Name, Description = "Unknown fields are refused. Every failure is a problem (RFC 9457) with a stable code." };
                document.Servers = null;
                document.AddComponent(ProblemSchema, Problem());
                return Task.CompletedTask;
            });
            options.AddSchemaTransformer((schema, context, _) =>
            {
                // The converter is ours, so that nothing else says which names there are.
                if ((Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type) is { IsEnum: true } type)
                {
                    (schema.Type, schema.Enum) = (JsonSchemaType.String, [.. ExactEnumNames.Of(type).Select(name => JsonValue.Create(name))]);
                }

                return Task.CompletedTask;
            });
            options.AddOperationTransformer((operation, context, _) =>
            {
                Describe(operation, context);
                return Task.CompletedTask;
            });
        });
        services.AddSingleton<Kept>();
    }

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet(Path, async (Kept kept) => Results.Bytes(await kept.Bytes, "application/json"))
        .ExcludeFromDescription()
        .Guarded(Authority.Anyone, RateClasses.Public, InputCheck.None, Recording.Nothing("a public document"));

    /// <summary>The problems that an endpoint answers with because of its guard. Those of its own subject come beside them, with codes of the same list.</summary>
    public static IEnumerable<ProblemCode> ProblemsOf(Guard guard, bool hasParameters, bool hasBody)
    {
        yield return ProblemCodes.TooManyRequests;
        yield return ProblemCodes.InternalError;
        if (guard.Input.Validator is not null || hasParameters)
        {
            yield return ProblemCodes.InvalidArgument;
            yield return ProblemCodes.BadRequest;
        }

        if (hasParameters)
        {
            yield return ProblemCodes.NotFound;
        }

        if (hasBody)
        {
            yield return ProblemCodes.PayloadTooLarge;
            yield return ProblemCodes.UnsupportedMediaType;
        }

        if (guard.Authority is Authority.AnyoneAuthority)
        {
            yield break;
        }

        if (guard.Authority is Authority.LinkAuthority)
        {
            yield return ProblemCodes.LinkExpired;
            yield return ProblemCodes.LinkUsed;
        }

        yield return ProblemCodes.Unauthorized;
        yield return ProblemCodes.Forbidden;
        if (guard.Authority is Authority.SignedInAuthority { Fresh: true } or Authority.PermissionAuthority { Fresh: true })
        {
            yield return ProblemCodes.StepUpRequired;
        }
    }

    private static void Describe(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        var guard = context.Description.ActionDescriptor.EndpointMetadata.OfType<Guard>().Single();
        var parameters = context.Description.ParameterDescriptions;
        operation.Summary = guard.Authority switch
        {
            Authority.PermissionAuthority permission => $"Needs {permission.Permission}.",
            Authority.AgentAuthority => "For paired agents.",
            Authority.SignedInAuthority => "For whoever is signed in.",
            Authority.LinkAuthority => "Takes a link that POST to this address made, with expires, link and signature as they came, once.",
            _ => "For anybody.",
        };
        operation.Responses ??= [];
        foreach (var problems in ProblemsOf(guard, parameters.Count > 0, operation.RequestBody is not null).GroupBy(problem => problem.HttpStatus))
        {
            operation.Responses[problems.Key.ToString(CultureInfo.InvariantCulture)] = new OpenApiResponse
            {
                Description = string.Join(", ", problems.Select(problem => problem.Code)),
                Content = new Dictionary<string, OpenApiMediaType> { ["application/problem+json"] = new() { Schema = new OpenApiSchemaReference(ProblemSchema, context.Document) } },
            };
        }
    }

    private static OpenApiSchema Problem()
    {
        static OpenApiSchema Of(JsonSchemaType type, string description) => new() { Type = type, Description = description };
        return new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Required = new HashSet<string> { "title", "status", "code" },
            Properties = new Dictionary<string, IOpenApiSchema>
            {
                ["type"] = Of(JsonSchemaType.String, "A URI of the kind of problem."),
                ["title"] = Of(JsonSchemaType.String, "The kind in words."),
                ["status"] = Of(JsonSchemaType.Integer, "The HTTP status."),
                ["detail"] = Of(JsonSchemaType.String, "What to do."),
                ["request_id"] = Of(JsonSchemaType.String, "Finds the request in the log."),
                ["code"] = Of(JsonSchemaType.String, "One of: " + string.Join(", ", ProblemCodes.All.Select(each => each.Code)) + "."),
            },
        };
    }

    /// <summary>Written once: it is the same for everybody, and writing it takes long enough to be asked for as an attack.</summary>
    internal sealed class Kept([FromKeyedServices(Name)] IOpenApiDocumentProvider documents)
    {
        private readonly Lazy<Task<byte[]>> bytes = new(async () =>
        {
            var document = await documents.GetOpenApiDocumentAsync();
            return System.Text.Encoding.UTF8.GetBytes(await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1));
        });

        public Task<byte[]> Bytes => bytes.Value;
    }
}
