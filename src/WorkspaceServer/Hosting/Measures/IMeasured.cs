namespace WorkspaceServer.Hosting.Measures;

/// <summary>Something whose state is read when somebody asks for the metrics, and at no other time.</summary>
internal interface IMeasured
{
    /// <summary>Sets its gauges. Takes milliseconds at most, however many workspaces there are.</summary>
    void Measure();
}
