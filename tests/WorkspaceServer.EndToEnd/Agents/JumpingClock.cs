using System.Diagnostics;
using Xunit;

namespace WorkspaceServer.EndToEnd.Agents;

/// <summary>The clock of a program that runs: it can be set wrong and right again meanwhile, as a person or a time server would.</summary>
internal sealed class JumpingClock
{
    private static readonly Lazy<string> Library = new(Compile);

    private readonly string file;

    /// <param name="file">Where it is written by how much it is off.</param>
    public JumpingClock(string file)
    {
        this.file = file;
        Environment = new Dictionary<string, string> { ["LD_PRELOAD"] = Library.Value, ["CLOCK_OFFSET_FILE"] = file };
        SetOff(TimeSpan.Zero);
    }

    /// <summary>What the program is started with.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>From now on it is off by that much.</summary>
    public void SetOff(TimeSpan by)
    {
        using var stream = new FileStream(file, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        stream.Write(BitConverter.GetBytes((long)by.TotalSeconds));
    }

    private static string Compile()
    {
        var source = Path.Combine(NodeTools.Repository, "tests", "WorkspaceServer.EndToEnd", "Agents", "clock.c");
        var library = Path.Combine(AppContext.BaseDirectory, "clock.so");
        using var compiler = Process.Start("gcc", ["-O2", "-shared", "-fPIC", "-o", library, source]);
        compiler.WaitForExit();
        Assert.Equal(0, compiler.ExitCode);
        return library;
    }
}
