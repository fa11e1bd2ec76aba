using FluentValidation;
using WorkspaceServer.Features.Accounts.Passkeys;
using WorkspaceServer.Features.Accounts.Passwords;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Accounts;

/// <summary>Rules that several forms share.</summary>
internal static class FieldRules
{
    /// <summary>Longest code, with whatever people put between its parts, in characters.</summary>
    public const int MaxCodeLength = 32;

    public static void IsEmail<T>(this IRuleBuilder<T, string> rule) =>
        rule.Must(EmailAddress.IsValid).WithMessage("Type an e-mail address, such as asha@example.in.");

    public static void IsName<T>(this IRuleBuilder<T, string> rule) => rule
        .Must(name => name.Trim().Length is > 0 and <= Person.MaxNameLength && !name.Any(char.IsControl))
        .WithMessage($"Type your name, in 1 to {Person.MaxNameLength} characters.");

    public static void IsPasskeyName<T>(this IRuleBuilder<T, string> rule) => rule
        .Must(name => name.Length <= PasskeyKeeper.MaxNameLength && !name.Any(char.IsControl))
        .WithMessage($"Give a name of up to {PasskeyKeeper.MaxNameLength} characters.");

    public static void IsCode<T>(this IRuleBuilder<T, string> rule) =>
        rule.Must(code => code.Length is > 0 and <= MaxCodeLength).WithMessage("Type the code.");

    /// <summary>A bound for what is only compared; whether a new password is good, <see cref="PasswordRules"/> says.</summary>
    public static void IsPasswordLength<T>(this IRuleBuilder<T, string> rule) =>
        rule.MaximumLength(2 * PasswordRules.MaxLength).WithMessage("This is longer than any password here.");
}
