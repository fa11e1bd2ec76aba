using System.CommandLine;
using WorkspaceServer.Features.Backups.Drills;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault.Keys;

namespace WorkspaceServer.Commands;

/// <summary>drill certify: signs what a drill found, on the machine of the drill.</summary>
internal static class CertifyDrillCommand
{
    public static Command Build()
    {
        var file = new Argument<string>("FILE") { Description = "What the drill found, as ops/drill/restore-drill writes it." };
        var key = new Option<string>("--master-key") { Description = "The master key's file.", HelpName = "FILE", Required = true };
        var to = new Option<string>("--out") { Description = "The folder for drill-certificate.json and drill-certificate.md.", HelpName = "FOLDER", DefaultValueFactory = _ => "." };
        var command = Verb.Create(
            "certify", "Sign what a restore drill found. ops/drill/restore-drill does this at its end.", "drill certify found.json --master-key /media/usb/master.key", Recording.Nothing("the server hears of it by drill record"));
        command.Add(file);
        command.Add(key);
        command.Add(to);
        return command.Runs(async (context, cancel) =>
        {
            var certificate = SignedCertificate.ReadUnsigned(context.Arguments.GetValue(file)!);
            using var master = MasterKey.Load(Path.GetFullPath(context.Arguments.GetValue(key)!));
            using var signer = new BackupSigner(master);
            var json = Path.Combine(Directory.CreateDirectory(context.Arguments.GetValue(to)!).FullName, "drill-certificate.json");
            await File.WriteAllTextAsync(json, SignedCertificate.Sign(certificate, signer), cancel);
            await File.WriteAllTextAsync(Path.ChangeExtension(json, ".md"), certificate.ToPage(Convert.ToHexStringLower(signer.PublicKey)), cancel);
            context.Output.Result(new { File = json, certificate.Passed }, output => output.Line($"{json} and .md are written."));
            return ExitCodes.Ok;
        });
    }
}
