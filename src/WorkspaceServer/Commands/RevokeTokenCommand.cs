using System.CommandLine;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>token revoke: a running server refuses the token within a second.</summary>
internal static class RevokeTokenCommand
{
    public static Command Build()
    {
        var id = new Argument<string>("ID") { Description = "The token's id, as token list shows it." };
        var command = Verb.Create("revoke", "Revoke a token. A running server refuses it within a second.", "token revoke 0193b3a2c4d57e8f9a0b1c2d3e4f5061", Recording.As(AuditActions.TokenRevoked));
        command.Add(id);
        return command.Runs((context, _) =>
        {
            var token = context.Arguments.GetValue(id)!;
            context.Get<TokenIssuer>().Revoke(token);
            context.Output.Result(new { Id = token, Revoked = true }, output => output.Line($"Token {token} is revoked."));
            return Task.FromResult(ExitCodes.Ok);
        });
    }
}
