using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;

namespace WorkspaceServer.Agent.Settings;

/// <summary>A folder on Windows that only administrators, the system and who made it may enter. %ProgramData% alone lets every user read.</summary>
[SupportedOSPlatform("windows")]
internal static class WindowsFolder
{
    public static void Create(string path)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        var security = new DirectorySecurity();
        security.SetAccessRuleProtection(isProtected: true, preserveInheritance: false);
        SecurityIdentifier?[] may =
        [
            new(WellKnownSidType.BuiltinAdministratorsSid, null),
            new(WellKnownSidType.LocalSystemSid, null),
            WindowsIdentity.GetCurrent().User,
        ];
        foreach (var who in may.OfType<SecurityIdentifier>())
        {
            security.AddAccessRule(new FileSystemAccessRule(
                who, FileSystemRights.FullControl, InheritanceFlags.ContainerInherit | InheritanceFlags.ObjectInherit, PropagationFlags.None, AccessControlType.Allow));
        }

        security.CreateDirectory(path);
    }
}
