using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace WorkspaceServer.Vault.Databases;

/// <summary>What statx(2) says of a path itself, not of what a link points to. .NET has no way to read a file's owner.</summary>
public sealed partial record FileStatus(uint UserId, UnixFileMode Mode, bool IsRegularFile, bool IsFolder, bool IsSymbolicLink, long Length)
{
    private const int CurrentFolder = -100;
    private const int DoNotFollowLinks = 0x100;
    private const uint BasicStatus = 0x7ff;
    private const int StructBytes = 256;
    private const int KindMask = 0xF000;

    /// <summary>The user that this process acts as.</summary>
    public static uint CurrentUserId => GetEffectiveUserId();

    /// <summary>Null if there is nothing at that path.</summary>
    public static FileStatus? Read(string path)
    {
        // struct statx, linux/stat.h: stx_uid at 20, stx_mode (16 bits) at 28, stx_size at 40.
        Span<byte> status = stackalloc byte[StructBytes];
        if (StatX(CurrentFolder, path, DoNotFollowLinks, BasicStatus, status) != 0)
        {
            return null;
        }

        var mode = BinaryPrimitives.ReadUInt16LittleEndian(status[28..]);
        return new FileStatus(
            BinaryPrimitives.ReadUInt32LittleEndian(status[20..]),
            (UnixFileMode)(mode & 0xFFF),
            (mode & KindMask) == 0x8000,
            (mode & KindMask) == 0x4000,
            (mode & KindMask) == 0xA000,
            BinaryPrimitives.ReadInt64LittleEndian(status[40..]));
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUserId();

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int folder, string path, int flags, uint mask, Span<byte> status);
}
