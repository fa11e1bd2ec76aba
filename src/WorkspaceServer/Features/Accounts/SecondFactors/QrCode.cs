using System.Text;
using QRCoder;

namespace WorkspaceServer.Features.Accounts.SecondFactors;

/// <summary>A picture for a phone's camera: a square of <paramref name="Size"/> units, and the path of its dark parts.</summary>
/// <remarks>Only a path and not markup, so that a page can show it without writing anything past its escaping.</remarks>
public sealed record QrCode(int Size, string Path)
{
    public static QrCode Of(string text)
    {
        using var generator = new QRCodeGenerator();
        using var code = generator.CreateQrCode(text, QRCodeGenerator.ECCLevel.M);
        var path = new StringBuilder();
        for (var y = 0; y < code.ModuleMatrix.Count; y++)
        {
            for (var x = 0; x < code.ModuleMatrix[y].Count; x++)
            {
                if (code.ModuleMatrix[y][x])
                {
                    path.Append(System.Globalization.CultureInfo.InvariantCulture, $"M{x} {y}h1v1h-1z");
                }
            }
        }

        return new QrCode(code.ModuleMatrix.Count, path.ToString());
    }
}
