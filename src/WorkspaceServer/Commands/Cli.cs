using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>The command line: every verb of workspace-server, in the order in which help shows them.</summary>
internal static class Cli
{
    private const string Description = """
        Workspace Server: keeps each workspace in an encrypted file of its own and lets AI clients question it over MCP.

        To see it work:
          workspace-server --home ./books demo

        To set it up:
          workspace-server --home ./books init
          workspace-server --home ./books workspace create "My books" --sample
          workspace-server --home ./books serve

        Exit codes: 0 done; 1 failed; 2 wrong usage; 3 try again later; 4 not configured; 5 token expired or used;
        10 no backup; 11 cannot decrypt; 12 integrity or totals differ; 13 a path does not work; 78 bad configuration or file permissions.
        """;

    public static RootCommand Build()
    {
        var root = new RootCommand(Description);
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExample((HelpAction)help.Action!);
        GlobalOptions.AddTo(root);
        root.Add(DemoCommand.Build());
        root.Add(InitCommand.Build());
        root.Add(ServeCommand.Build());
        root.Add(Group("workspace", "Make, list, show and delete workspaces, and bring deleted ones back.", CreateWorkspaceCommand.Build(), ListWorkspacesCommand.Build(), ShowWorkspaceCommand.Build(), DeleteWorkspaceCommand.Build(), UndeleteWorkspaceCommand.Build()));
        root.Add(Group("table", "Import tables and look at them.", ImportTableCommand.Build(), ListTablesCommand.Build(), ShowTableCommand.Build()));
        root.Add(SampleCommand.Build());
        root.Add(QueryCommand.Build());
        root.Add(Group("token", "Make, list and revoke tokens for AI clients.", CreateTokenCommand.Build(), ListTokensCommand.Build(), RevokeTokenCommand.Build()));
        root.Add(Group("client", "See the AI clients that connected through OAuth, and narrow, pause or end their access.", ListClientsCommand.Build(), NarrowClientCommand.Build(), PauseClientCommand.Build(), ResumeClientCommand.Build(), RevokeClientCommand.Build()));
        root.Add(Group("ai", "Switch AI off and on again, for one workspace or for all.", StopAiCommand.Build(), AllowAiCommand.Build(), ShowAiCommand.Build()));
        root.Add(Group("pairing", "Make, list and withdraw tokens with which agents are paired.", CreatePairingCommand.Build(), ListPairingsCommand.Build(), RevokePairingCommand.Build()));
        root.Add(Group("agent", "List, rename and revoke agents, and change the key by which they know this server.", ListAgentsCommand.Build(), RenameAgentCommand.Build(), RevokeAgentCommand.Build(), RotateServerKeyCommand.Build()));
        root.Add(Group("sync", "See how fresh tables are, what agents sent, and accept changed columns.", SyncStatusCommand.Build(), ListSyncRunsCommand.Build(), AcceptSchemaCommand.Build()));
        root.Add(Group("user", "Add, list and suspend people.", CreateUserCommand.Build(), ListUsersCommand.Build(), SuspendUserCommand.Build(), UnsuspendUserCommand.Build(), ResetMfaCommand.Build(), SetupLinkCommand.Build(), LinkPersonCommand.Build()));
        root.Add(Group("closure", "See who asked for their account to be closed, and close it.", ListClosuresCommand.Build(), ApproveClosureCommand.Build()));
        root.Add(Group("member", "Say who is a member of a workspace, and as what.", ListMembersCommand.Build(), AddMemberCommand.Build(), ChangeMemberRoleCommand.Build(), SuspendMemberCommand.Build(), UnsuspendMemberCommand.Build(), RemoveMemberCommand.Build()));
        root.Add(Group("role", "Make custom roles and look at all roles.", ListRolesCommand.Build(), ShowRoleCommand.Build(), CreateRoleCommand.Build(), DeleteRoleCommand.Build()));
        root.Add(Group("invite", "Invite people to a workspace.", CreateInvitationCommand.Build(), ListInvitationsCommand.Build(), RevokeInvitationCommand.Build()));
        root.Add(Group("support", "Open a workspace to an operator for some hours, and review that.", GrantSupportCommand.Build(), ListSupportCommand.Build(), EndSupportCommand.Build(), ReviewSupportCommand.Build()));
        root.Add(AskCommand.Build());
        root.Add(Group("audit", "Read, verify and export the audit log.", ListAuditCommand.Build(), VerifyAuditCommand.Build(), ExportAuditCommand.Build(), ShowTimelineCommand.Build()));
        root.Add(Group("backup", "Back up, list, verify and prune, and see which copies owners ask for.", ConfigureBackupCommand.Build(), RunBackupCommand.Build(), ListBackupsCommand.Build(), VerifyBackupCommand.Build(), PruneBackupsCommand.Build(), ListRestoreRequestsCommand.Build(), DeclineRestoreRequestCommand.Build()));
        root.Add(RestoreCommand.Build());
        root.Add(Group("drill", "Sign, check and note restores that were practised.", CertifyDrillCommand.Build(), VerifyDrillCommand.Build(), RecordDrillCommand.Build()));
        root.Add(Group("key", "Replace the master key, destroy a workspace's, say who can decrypt backups, and print what to keep where.", RotateKeyCommand.Build(), DestroyKeyCommand.Build(), BackupRecipientsCommand.Build(), RecoverySheetCommand.Build()));
        root.Add(Group("auth", "How people sign in.", SwitchAuthCommand.Build()));
        root.Add(Group("config", "Check and print the configuration.", ValidateConfigCommand.Build(), PrintConfigCommand.Build()));
        root.Add(Group("server", "What this server is.", ServerInfoCommand.Build()));
        root.Add(LimitsCommand.Build());
        root.Add(DoctorCommand.Build());
        root.Add(SmokeCommand.Build());
        root.Add(VersionCommand.Build());
        Bounds.BoundTexts(root);
        return root;
    }

    /// <param name="invocation">Where it writes to, if not to the program's own output.</param>
    public static async Task<int> RunAsync(string[] args, InvocationConfiguration? invocation = null, CancellationToken cancel = default)
    {
        var parsed = Build().Parse(args);
        invocation ??= new InvocationConfiguration();
        invocation.EnableDefaultExceptionHandler = false;
        if (parsed.Errors.Count == 0 || parsed.Action is HelpWithExample)
        {
            return await parsed.InvokeAsync(invocation, cancel);
        }

        var output = new Output(parsed.GetValue(GlobalOptions.Json), invocation.Output, invocation.Error);
        output.Error("usage", string.Join(' ', parsed.Errors.Select(error => error.Message)) + " Add --help to see how it is used.");
        return ExitCodes.Usage;
    }

    private sealed class HelpWithExample(HelpAction help) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            var result = help.Invoke(parseResult);
            if (Verb.ExampleOf(parseResult.CommandResult.Command) is { } example)
            {
                parseResult.InvocationConfiguration.Output.WriteLine($"Example:\n  {example}");
            }

            return result;
        }
    }

    private static Command Group(string name, string description, params ReadOnlySpan<Command> verbs)
    {
        var group = new Command(name, description);
        foreach (var verb in verbs)
        {
            group.Add(verb);
        }

        return group;
    }
}
