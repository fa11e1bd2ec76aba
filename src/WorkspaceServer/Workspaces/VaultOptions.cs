using FluentValidation;

namespace WorkspaceServer.Workspaces;

/// <summary>Settings of the section "Vault": where the data and the master key are.</summary>
internal sealed record VaultOptions
{
    public const string Section = "Vault";

    /// <summary>The data folder, mode 0700.</summary>
    public string DataDirectory { get; init; } = "/var/lib/workspace-server";

    /// <summary>The master key's file, mode 0400 or 0600. Keep a copy elsewhere: without it nothing can be read.</summary>
    public string MasterKeyFile { get; init; } = "/etc/workspace-server/keys/master.key";

    /// <summary>A SQLCipher library of your own; empty for the one that comes with the server.</summary>
    public string? SqlCipherLibrary { get; init; }

    internal sealed class Validator : AbstractValidator<VaultOptions>
    {
        public Validator()
        {
            RuleFor(options => options.DataDirectory).NotEmpty();
            RuleFor(options => options.MasterKeyFile).NotEmpty();
            RuleFor(options => options)
                .Must(options => !Path.GetFullPath(options.MasterKeyFile).StartsWith(Path.GetFullPath(options.DataDirectory) + "/", StringComparison.Ordinal))
                .WithName(nameof(MasterKeyFile))
                .WithMessage("must not be inside the data folder: a copy of the data would carry the key.");
        }
    }
}
