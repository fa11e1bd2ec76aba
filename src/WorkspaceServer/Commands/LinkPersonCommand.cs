using System.CommandLine;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Accounts.External;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>user link: lets an identity of the provider sign in as a person who is here already.</summary>
internal static class LinkPersonCommand
{
    public static Command Build()
    {
        var email = new Argument<string>("EMAIL") { Description = "The person's address." };
        var subject = new Argument<string>("SUBJECT") { Description = "Who they are at the identity provider, as they were told when they tried to sign in." };
        var command = Verb.Create("link", "Link a person to who they are at the identity provider of Auth:Mode.", "user link asha@sharma.in 248289761001", Recording.As(AuditActions.IdentityLinked));
        command.Add(email);
        command.Add(subject);
        return command.Runs(async (context, _) =>
        {
            context.Require(Permissions.SystemUsers);
            var (address, who) = (context.Arguments.GetValue(email)!, context.Arguments.GetValue(subject)!);
            var issuer = context.Get<AuthOptions>().Mode switch
            {
                AuthMode.Oidc => context.Get<OidcOptions>().Issuer,
                AuthMode.Clerk => context.Get<ClerkOptions>().FrontendApi,
                _ => throw new ProblemException(ProblemCodes.InvalidArgument, "Auth:Mode is local: there is no identity provider to link to."),
            };
            if (who.Length is 0 or > TokenVerifier.MaxSubjectLength)
            {
                throw new ProblemException(ProblemCodes.InvalidArgument, $"SUBJECT has 1 to {TokenVerifier.MaxSubjectLength} characters.");
            }

            var person = context.Get<PeopleStore>().FindByEmail(address)
                ?? throw new ProblemException(ProblemCodes.NotFound, $"Nobody here has the address {address}.");
            if (!context.Get<ExternalStore>().Link(issuer, who, person.Id, context.Get<TimeProvider>().GetUtcNow()))
            {
                throw new ProblemException(ProblemCodes.AlreadyExists, "That identity is linked already.");
            }

            await context.Get<AuditLog>().RecordAsync(new AuditEntry(AuditActions.IdentityLinked) { Target = ("person", person.Id), Details = [("issuer", issuer), ("subject", who)] });
            context.Output.Result(new { person.Id, Issuer = issuer, Subject = who }, output => output.Line($"{person.Email} can sign in at {issuer} now."));
            return ExitCodes.Ok;
        });
    }
}
