using System.Text.Json.Serialization;

namespace WorkspaceServer.Protocol;

/// <summary>How the records are written as JSON: names in snake_case, enums by their names. Made at compile time, so that it can be trimmed.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(AgentAnswer))]
[JsonSerializable(typeof(AssertionClaims))]
[JsonSerializable(typeof(CommitRequest))]
[JsonSerializable(typeof(CommitResult))]
[JsonSerializable(typeof(ControlTotals))]
[JsonSerializable(typeof(PairAnswer))]
[JsonSerializable(typeof(PairRequest))]
[JsonSerializable(typeof(ProblemAnswer))]
[JsonSerializable(typeof(RunAnswer))]
[JsonSerializable(typeof(RunRequest))]
[JsonSerializable(typeof(SyncSchema))]
[JsonSerializable(typeof(TableAnswer))]
[JsonSerializable(typeof(TokenAnswer))]
[JsonSerializable(typeof(TokenRequest))]
public sealed partial class ProtocolJson : JsonSerializerContext;
