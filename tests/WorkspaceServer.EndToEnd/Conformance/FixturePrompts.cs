using System.ComponentModel;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace WorkspaceServer.EndToEnd.Conformance;

/// <summary>Prompts that the conformance suite asks for by name.</summary>
[McpServerPromptType]
internal static class FixturePrompts
{
    [McpServerPrompt(Name = "test_simple_prompt"), Description("A text.")]
    public static string Simple() => "This is a simple prompt for testing.";

    [McpServerPrompt(Name = "test_prompt_with_arguments"), Description("A text with arguments.")]
    public static string Arguments([Description("First test argument")] string arg1, [Description("Second test argument")] string arg2) =>
        $"Prompt with arguments: arg1='{arg1}', arg2='{arg2}'";

    [McpServerPrompt(Name = "test_prompt_with_embedded_resource"), Description("A resource.")]
    public static IEnumerable<PromptMessage> Resource([Description("Which resource")] string resourceUri) =>
    [
        From(new EmbeddedResourceBlock { Resource = new TextResourceContents { Uri = resourceUri, MimeType = "text/plain", Text = "Embedded resource content for testing." } }),
        From(new TextContentBlock { Text = "Please process the embedded resource above." }),
    ];

    [McpServerPrompt(Name = "test_prompt_with_image"), Description("A picture.")]
    public static IEnumerable<PromptMessage> Image() =>
    [
        From(ImageContentBlock.FromBytes(FixtureTools.Pixel, "image/png")), From(new TextContentBlock { Text = "Please analyze the image above." }),
    ];

    private static PromptMessage From(ContentBlock content) => new() { Role = Role.User, Content = content };
}
