using System.ComponentModel;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace WorkspaceServer.EndToEnd.Conformance;

/// <summary>Tools that the official conformance suite calls by name; each does what the suite's own description asks for.</summary>
[McpServerToolType]
internal static class FixtureTools
{
    /// <summary>A picture of one pixel (PNG).</summary>
    public static readonly byte[] Pixel = Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==");

    /// <summary>A sound of no length (WAV: a header of 44 bytes).</summary>
    private static readonly byte[] Silence = Convert.FromBase64String("UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=");

    [McpServerTool(Name = "test_simple_text"), Description("Returns a text.")]
    public static string SimpleText() => "This is a simple text response for testing.";

    [McpServerTool(Name = "test_image_content"), Description("Returns an image.")]
    public static ImageContentBlock Image() => ImageContentBlock.FromBytes(Pixel, "image/png");

    [McpServerTool(Name = "test_audio_content"), Description("Returns a sound.")]
    public static AudioContentBlock Audio() => AudioContentBlock.FromBytes(Silence, "audio/wav");

    [McpServerTool(Name = "test_embedded_resource"), Description("Returns a resource.")]
    public static EmbeddedResourceBlock Resource() => Embed("test://embedded-resource", "text/plain", "This is an embedded resource content.");

    [McpServerTool(Name = "test_multiple_content_types"), Description("Returns several kinds of content.")]
    public static IEnumerable<ContentBlock> Mixed() =>
    [
        new TextContentBlock { Text = "Multiple content types test:" },
        ImageContentBlock.FromBytes(Pixel, "image/png"),
        Embed("test://mixed-content-resource", "application/json", """{"test":"data","value":123}"""),
    ];

    [McpServerTool(Name = "test_error_handling"), Description("Always fails.")]
    public static string Fail() => throw new McpException("This tool intentionally returns an error for testing");

    [McpServerTool(Name = "test_tool_with_progress"), Description("Reports its progress.")]
    public static string Progress(IProgress<ProgressNotificationValue> progress)
    {
        foreach (var done in new[] { 0, 50, 100 })
        {
            progress.Report(new ProgressNotificationValue { Progress = done, Total = 100 });
        }

        return "done";
    }

    [McpServerTool(Name = "test_logging_tool"), Description("Would log, and must not unless it is asked to.")]
    public static string Logging() => "logged";

    [McpServerTool(Name = "test_missing_capability"), Description("Needs sampling.")]
    public static string NeedsSampling(RequestContext<CallToolRequestParams> request) => InputRounds.Declares(request.Params, "sampling")
        ? "ok"
        : throw new MissingRequiredClientCapabilityException(new ClientCapabilities { Sampling = new SamplingCapability() }, "This tool needs sampling.");

    [McpServerTool(Name = "test_streaming_elicitation"), Description("Asks the user on its own stream.")]
    public static string StreamingElicitation(RequestContext<CallToolRequestParams> request) =>
        InputRounds.Has(request.Params, "user_name") ? "thanks" : throw InputRounds.Ask(("user_name", InputRounds.Question("What is your name?", "name")));

    // A server without sessions promises no news of changed lists, so there is none to trigger; the suite calls these all the same.
    [McpServerTool(Name = "test_trigger_tool_change"), Description("Changes nothing.")]
    public static string ToolChange() => "nothing to tell";

    [McpServerTool(Name = "test_trigger_prompt_change"), Description("Changes nothing.")]
    public static string PromptChange() => "nothing to tell";

    private static EmbeddedResourceBlock Embed(string uri, string type, string text) =>
        new() { Resource = new TextResourceContents { Uri = uri, MimeType = type, Text = text } };
}
