namespace WorkspaceServer.Features.Backups;

/// <summary>Somebody wants a backup now. A backup takes minutes, so whoever asks does not wait for it: the timer makes it next.</summary>
internal sealed class BackupWish
{
    private volatile TaskCompletionSource asked = New();

    /// <summary>Ends when somebody asks.</summary>
    public Task Asked => asked.Task;

    /// <summary>Asking twice is asking once.</summary>
    public void Ask() => asked.TrySetResult();

    /// <returns>Whether somebody had asked; then nobody has any more.</returns>
    public bool Take()
    {
        var had = asked.Task.IsCompleted;
        if (had)
        {
            asked = New();
        }

        return had;
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
