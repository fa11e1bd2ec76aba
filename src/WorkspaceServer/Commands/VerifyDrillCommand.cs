using System.CommandLine;
using WorkspaceServer.Features.Backups.Drills;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault.Keys;

namespace WorkspaceServer.Commands;

/// <summary>drill verify: whether a certificate is what a drill of this server's backups signed.</summary>
internal static class VerifyDrillCommand
{
    public static Command Build()
    {
        var file = new Argument<string>("FILE") { Description = "drill-certificate.json." };
        var key = new Option<string?>("--master-key") { Description = "The master key's file, where there is no server. Default: that of this server, and those it replaced.", HelpName = "FILE" };
        var command = Verb.Create("verify", "Check the signature of a drill's certificate, and show what it says.", "drill verify drill-certificate.json", Recording.Nothing("only reads a file"));
        command.Add(file);
        command.Add(key);
        return command.Runs((context, _) =>
        {
            var path = context.Arguments.GetValue(file)!;
            if (context.Arguments.GetValue(key) is not { } keyFile)
            {
                return Task.FromResult(Show(context, path, context.Get<BackupSigner>()));
            }

            using var master = MasterKey.Load(Path.GetFullPath(keyFile));
            using var signer = new BackupSigner(master);
            return Task.FromResult(Show(context, path, signer));
        });
    }

    private static int Show(CommandContext context, string path, BackupSigner signer)
    {
        var certificate = SignedCertificate.Open(path, signer).Certificate;
        context.Output.Result(certificate, output => output.Line(certificate.ToPage(Convert.ToHexStringLower(signer.PublicKey)).TrimEnd()));
        return certificate.Passed ? ExitCodes.Ok : ExitCodes.Failed;
    }
}
