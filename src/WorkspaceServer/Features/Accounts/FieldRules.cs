using FluentValidation;
using WorkspaceServer.Features.Accounts.Passkeys;
using WorkspaceServer.Features.Accounts.Passwords;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Hosting;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Accounts;

/// <summary>Rules that several forms share.</summary>
internal static class FieldRules
{
    /// <summary>Longest code, with whatever people put between its parts, in characters.</summary>
    public const int MaxCodeLength = 32;

    public static void IsEmail<TForm>(this IRuleBuilder<TForm, string> rule) =>
        rule.Must(EmailAddress.IsValid).WithMessage(_ => T["Type an e-mail address, such as asha@example.in."]);

    public static void IsName<TForm>(this IRuleBuilder<TForm, string> rule) => rule
        .Must(name => name.Trim().Length is > 0 and <= Person.MaxNameLength && !name.Any(char.IsControl))
        .WithMessage(_ => T["Type your name, in 1 to {0} characters.", Person.MaxNameLength]);

    public static void IsPasskeyName<TForm>(this IRuleBuilder<TForm, string> rule) => rule
        .Must(name => name.Length <= PasskeyKeeper.MaxNameLength && !name.Any(char.IsControl))
        .WithMessage(_ => T["Give a name of up to {0} characters.", PasskeyKeeper.MaxNameLength]);

    public static void IsCode<TForm>(this IRuleBuilder<TForm, string> rule) =>
        rule.Must(code => code.Length is > 0 and <= MaxCodeLength).WithMessage(_ => T["Type the code."]);

    /// <summary>A bound for what is only compared; whether a new password is good, <see cref="PasswordRules"/> says.</summary>
    public static void IsPasswordLength<TForm>(this IRuleBuilder<TForm, string> rule) =>
        rule.MaximumLength(2 * PasswordRules.MaxLength).WithMessage(_ => T["This is longer than any password here."]);
}
