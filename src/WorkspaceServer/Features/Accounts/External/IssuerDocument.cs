namespace WorkspaceServer.Features.Accounts.External;

/// <summary>A document of an identity provider's, kept for a while. However often it is asked for, the provider is asked rarely, and once at a time.</summary>
internal sealed class IssuerDocument<T>(Func<Task<T>> fetch, TimeProvider clock) : IDisposable
    where T : class
{
    /// <summary>How old a document may become before it is fetched again.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromHours(1);

    /// <summary>How old it may become when the provider does not answer: a key that was withdrawn is believed no longer than this.</summary>
    public static readonly TimeSpan MaxAgeWithoutAnswer = TimeSpan.FromHours(24);

    /// <summary>Shortest time between two requests, whatever the reason: callers who make up key names must not make us hammer the provider.</summary>
    public static readonly TimeSpan MinInterval = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim oneAtATime = new(1);
    private volatile Fetched? latest; // read without the lock
    private long? triedAt;

    /// <summary>The document, at most <see cref="MaxAge"/> old unless the provider does not answer.</summary>
    public Task<T> GetAsync(CancellationToken cancel) =>
        latest is { } kept && clock.GetElapsedTime(kept.At) < MaxAge ? Task.FromResult(kept.Document) : FetchAsync(cancel);

    /// <summary>A document that is newer than the one at hand, if the provider may be asked again already.</summary>
    public async Task<T> FetchAsync(CancellationToken cancel)
    {
        await oneAtATime.WaitAsync(cancel);
        try
        {
            if (triedAt is { } at && clock.GetElapsedTime(at) < MinInterval)
            {
                return Kept() ?? throw SignInRefused.ProviderUnavailable("asked_too_often");
            }

            triedAt = clock.GetTimestamp();
            try
            {
                latest = new Fetched(await fetch(), clock.GetTimestamp());
            }
            catch (SignInRefused) when (Kept() is not null)
            {
                // Known keys stay good while the provider is away.
            }

            return latest!.Document;
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    private sealed record Fetched(T Document, long At);

    private T? Kept() => latest is { } kept && clock.GetElapsedTime(kept.At) < MaxAgeWithoutAnswer ? kept.Document : null;

    public void Dispose() => oneAtATime.Dispose();
}
