using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Checks;

namespace WorkspaceServer.Features.Health.Checks;

/// <summary>Every section of the settings by itself, so that all that is wrong is named at once.</summary>
internal sealed class ConfigurationCheck(IEnumerable<OptionsSection> sections, IConfiguration configuration, SettingsFiles? files = null) : ICheck
{
    public Task<IReadOnlyList<Finding>> LookAsync(CheckRequest request, CancellationToken cancel)
    {
        var known = sections.ToArray();
        var file = files is null ? "the settings file" : files.Settings;
        var wrong = new List<Finding>();
        foreach (var section in known)
        {
            try
            {
                section.Read(configuration);
            }
            catch (ProblemException error)
            {
                wrong.Add(Finding.Fail(error.Message, section.Name, $"correct it in {file}, server.env or the command line, then run: workspace-server config validate"));
            }
        }

        foreach (var strange in configuration.GetChildren().Where(child => !known.Any(section => section.Name.Equals(child.Key, StringComparison.OrdinalIgnoreCase))))
        {
            wrong.Add(Finding.Fail(
                $"There is no section '{strange.Key}' in the settings. Known ones: {string.Join(", ", known.Select(section => section.Name).Order(StringComparer.Ordinal))}.",
                strange.Key,
                $"remove or correct it in {file}, server.env or the command line, then run: workspace-server config validate"));
        }

        return Task.FromResult<IReadOnlyList<Finding>>(wrong.Count > 0 ? wrong : [Finding.Ok($"{known.Length} sections are valid", file)]);
    }
}
