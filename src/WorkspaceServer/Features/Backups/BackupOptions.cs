using FluentValidation;
using WorkspaceServer.Age;
using WorkspaceServer.Features.Backups.Stores;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Backups;

/// <summary>The kinds of stores.</summary>
internal enum BackupStoreKind
{
    /// <summary>A folder: another disk, or a mount of another machine.</summary>
    Directory,

    /// <summary>A bucket of a store that speaks S3.</summary>
    S3,
}

/// <summary>Settings of the section "Backup". Without a recipient no backup is made.</summary>
internal sealed record BackupOptions
{
    public const string Section = "Backup";

    /// <summary>Public age keys, age1… or age1pq1…, that backups are encrypted to; 0 to 10. Their identities must not be on this machine. Empty: no backups.</summary>
    public string[] Recipients { get; init; } = [];

    /// <summary>Where backups go: directory or s3.</summary>
    public BackupStoreKind Store { get; init; } = BackupStoreKind.Directory;

    /// <summary>The folder of a directory store; best on another machine's disk.</summary>
    public string Directory { get; init; } = "/var/backups/workspace-server";

    /// <summary>Address of the S3 store, such as https://s3.ap-south-2.amazonaws.com; https unless it is this machine.</summary>
    public string Endpoint { get; init; } = "";

    /// <summary>The bucket.</summary>
    public string Bucket { get; init; } = "";

    /// <summary>Put before every object's name in the bucket; empty, or ending with a slash.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>The access key's id at the S3 store.</summary>
    public string AccessKeyId { get; init; } = "";

    /// <summary>The secret access key at the S3 store.</summary>
    [Secret]
    public string SecretAccessKey { get; init; } = "";

    /// <summary>How uploads are locked in a bucket that has Object Lock, until their retention is over: Governance (who has the right can bypass it), Compliance (nobody can) or Off.</summary>
    public BackupLockMode LockMode { get; init; } = BackupLockMode.Governance;

    /// <summary>The store's region, such as ap-south-2.</summary>
    public string Region { get; init; } = "";

    /// <summary>Allows an S3 store in the region of this machine, Residency:Region.</summary>
    public bool AllowSameRegion { get; init; }

    /// <summary>The country in which the store keeps backups, as two letters such as IN. Empty for a folder: the country of this machine.</summary>
    public string Country { get; init; } = "";

    /// <summary>When the nightly backup begins, as HH:MM, UTC; 20:30 is 02:00 in India. It does not move with daylight saving.</summary>
    public string NightlyAt { get; init; } = "20:30";

    /// <summary>How often changed pages are saved between the nights, in minutes; 1 to 1,440, or 0 for never.</summary>
    public int PackMinutes { get; init; } = 5;

    /// <summary>How long backups are kept, in days; 1 to 3,650. The newest whole one is always kept.</summary>
    public int RetentionDays { get; init; } = 30;

    /// <summary>How often a restore must be practised, in days; 1 to 365, or 0 to not be reminded. Doctor and mails say when it is late.</summary>
    public int DrillDays { get; init; } = 8;

    /// <summary>True if there is a recipient.</summary>
    public bool IsOn => Recipients.Length > 0;

    /// <summary>Where backups go, for people to read.</summary>
    public string Place => Store == BackupStoreKind.Directory ? $"the folder {Directory}" : $"the bucket {Bucket} at {Endpoint}{(Country.Length > 0 ? $" ({Country})" : "")}";

    /// <summary>The country of the backups, as far as the settings say; null otherwise.</summary>
    public string? CountryOrOurs(ResidencyOptions residency) => (Country.Length == 0 && Store == BackupStoreKind.Directory ? residency.Country : Country) is { Length: > 0 } country ? country.ToUpperInvariant() : null;

    /// <summary>The recipients, read.</summary>
    public IReadOnlyList<AgeRecipient> ReadRecipients() => [.. Recipients.Select(AgeRecipient.Parse)];

    /// <summary><see cref="NightlyAt"/> as the time since midnight, UTC.</summary>
    public TimeSpan NightlyTime => TimeOnly.ParseExact(NightlyAt, "HH:mm", System.Globalization.CultureInfo.InvariantCulture).ToTimeSpan();

    /// <summary><see cref="RetentionDays"/> as a time.</summary>
    public TimeSpan Retention => TimeSpan.FromDays(RetentionDays);

    /// <summary>Opens the store.</summary>
    public IObjectStore OpenStore(TimeProvider clock) => Store == BackupStoreKind.Directory
        ? new DirectoryStore(Directory)
        : new S3Store(new Uri(Endpoint), Region, Bucket, Prefix, AccessKeyId, SecretAccessKey, LockMode, clock);

    internal sealed class Validator : AbstractValidator<BackupOptions>
    {
        private const int MaxRecipients = 10;
        private static readonly string[] ThisMachine = ["localhost", "127.0.0.1", "[::1]"];

        private readonly ResidencyOptions residency;

        /// <param name="residency">Where the data is and may be; nothing if not given.</param>
        public Validator(ResidencyOptions? residency = null)
        {
            this.residency = residency ?? new ResidencyOptions();
            RuleFor(options => options.Recipients).Must(all => all.Length <= MaxRecipients && all.All(IsRecipient))
                .WithMessage($"must be at most {MaxRecipients} public age keys: each starts with age1 or age1pq1.");
            RuleFor(options => options.Recipients).Must(all => all.Select(each => each.StartsWith("age1pq1", StringComparison.Ordinal)).Distinct().Count() <= 1)
                .WithMessage("must be either all or none post-quantum: one that is not would open the backup to a quantum computer.");
            RuleFor(options => options.Store).IsInEnum();
            RuleFor(options => options.Directory).Must(Path.IsPathFullyQualified).When(options => options.Store == BackupStoreKind.Directory)
                .WithMessage("must be a path from the root, such as /mnt/backup.");
            When(options => options.Store == BackupStoreKind.S3, RulesForS3);
            RuleFor(options => options.Country).Must(country => country.Length == 0 || ResidencyOptions.IsCountry(country)).WithMessage("must be two letters, such as IN.");
            RuleFor(options => options.Country).Must((options, _) => this.residency.Allows(options.CountryOrOurs(this.residency) ?? ""))
                .WithMessage("is not one of Residency:AllowedCountries. Choose a store there.");
            RuleFor(options => options.NightlyAt).Must(text => TimeOnly.TryParseExact(text, "HH:mm", System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.None, out _))
                .WithMessage("must be a time of day such as 20:30.");
            RuleFor(options => options.PackMinutes).InclusiveBetween(0, 1440);
            RuleFor(options => options.RetentionDays).InclusiveBetween(1, 3650);
            RuleFor(options => options.DrillDays).InclusiveBetween(0, 365);
        }

        private void RulesForS3()
        {
            RuleFor(options => options.Endpoint).Must(IsSafeEndpoint).WithMessage("must be https://HOST, or http:// on this machine.");
            RuleFor(options => options.Bucket).NotEmpty();
            RuleFor(options => options.Prefix).Must(prefix => prefix.Length == 0 || (prefix.EndsWith('/') && ObjectNames.AreFine(prefix)))
                .WithMessage("must be empty, or lower-case letters, digits, dots and dashes that end with a slash.");
            RuleFor(options => options.AccessKeyId).NotEmpty();
            RuleFor(options => options.SecretAccessKey).NotEmpty();
            RuleFor(options => options.LockMode).IsInEnum();
            RuleFor(options => options.Region).NotEmpty();
            RuleFor(options => options.Region).Must(_ => residency.Region.Length > 0).WithMessage("cannot be compared: set Residency:Region to the region of this machine.");
            RuleFor(options => options.Region).Must((options, region) => options.AllowSameRegion || !region.Equals(residency.Region, StringComparison.OrdinalIgnoreCase))
                .WithMessage("is the region of this machine. Choose a store elsewhere, or set Backup:AllowSameRegion=true.");
            RuleFor(options => options.Country)
                .Must((options, country) => AmazonRegions.CountryOf(options.Endpoint, options.Region) is not { } known || country.Length == 0 || known.Equals(country, StringComparison.OrdinalIgnoreCase))
                .WithMessage("is not the country of that endpoint's region.");
        }

        private static bool IsSafeEndpoint(string text) =>
            Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.UserInfo.Length == 0
            && (uri.Scheme == "https" || (uri.Scheme == "http" && ThisMachine.Contains(uri.Host)));

        private static bool IsRecipient(string text)
        {
            try
            {
                AgeRecipient.Parse(text);
                return true;
            }
            catch (AgeException)
            {
                return false;
            }
        }
    }
}
