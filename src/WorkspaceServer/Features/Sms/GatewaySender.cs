using System.Net.Http.Headers;

namespace WorkspaceServer.Features.Sms;

/// <summary>Hands messages to a gateway: POST of {"to", "text", "from"} as JSON, with a secret as bearer. Any answer of 2xx means that it was taken; what it says is not read.</summary>
internal sealed class GatewaySender(SmsOptions options) : ISmsSender, IDisposable
{
    // No redirect is followed: the secret and the code are for this address. Names are looked up anew now and then.
    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
    {
        Timeout = TimeSpan.FromSeconds(options.TimeoutSeconds),
    };

    public async Task SendAsync(SmsText message, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, options.GatewayUrl)
        {
            Content = JsonContent.Create(new Body(message.To, message.Text, options.From.Length > 0 ? options.From : null), BodyJson.Default.Body),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", options.GatewaySecret);
        try
        {
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
            if (!answer.IsSuccessStatusCode)
            {
                throw new HttpRequestException($"The gateway answered {(int)answer.StatusCode}.");
            }
        }
        catch (TaskCanceledException error) when (!cancel.IsCancellationRequested)
        {
            throw new HttpRequestException($"The gateway did not answer within {options.TimeoutSeconds} seconds.", error);
        }
    }

    public void Dispose() => http.Dispose();

    internal sealed record Body(string To, string Text, string? From);
}

[System.Text.Json.Serialization.JsonSourceGenerationOptions(
    PropertyNamingPolicy = System.Text.Json.Serialization.JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
[System.Text.Json.Serialization.JsonSerializable(typeof(GatewaySender.Body))]
internal sealed partial class BodyJson : System.Text.Json.Serialization.JsonSerializerContext;
