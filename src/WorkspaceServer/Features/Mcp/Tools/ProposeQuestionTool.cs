using ModelContextProtocol.Protocol;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Mcp.Prompts;
using WorkspaceServer.Features.Proposals;
using WorkspaceServer.Features.Tables.Console;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Mcp.Tools;

/// <summary>Tool propose_question: a question that a person may save for everybody. It changes nothing by itself.</summary>
internal sealed class ProposeQuestionTool(CallerSql sql, ProposalDesk proposals, PublicAddress address, ToolCalls calls)
    : WorkspaceTool([Permissions.QueryRun, Permissions.ProposalsMake], Parameters, calls)
{
    /// <summary>What of a proposal is recorded, besides the call.</summary>
    public static readonly Recording Recorded = Recording.As(AuditActions.ProposalMade);

    /// <summary>Longest reason, in characters.</summary>
    private const int MaxReasonLength = 300;

    /// <summary>What the sandbox may hand over of the one row that proves the statement.</summary>
    private const int MaxRowBytes = 64 << 10;

    private static readonly ToolParameter[] Parameters =
    [
        ToolParameter.Text("name", QuestionToSave.MaxNameLength, "The question in words"),
        ToolParameter.Text("sql", SavedPrompts.MaxSqlLength),
        ToolParameter.Text("reason", MaxReasonLength, isRequired: false),
    ];

    private static readonly Tool Definition = Describe(
        "propose_question",
        "Propose a question to save",
        "Proposes to save a SELECT as a question for all members. A person must accept it in the dashboard within 10 minutes. Call it again with the same arguments to learn the answer.",
        Parameters,
        """
        {"type":"object","properties":{"proposal":{"type":"string"},"state":{"enum":["pending","accepted","declined"]},"expires_at":{"type":"string"},"url":{"type":"string"}},"required":["proposal","state"]}
        """,
        isReadOnly: false);

    public override Tool ProtocolTool => Definition;

    protected override async Task<ToolAnswer> AnswerAsync(ToolCall call, CancellationToken cancel)
    {
        var question = new QuestionToSave(Visible(call, "name"), Visible(call, "sql"));
        if (!QuestionToSave.IsName(question.Name))
        {
            throw new ProblemException(ProblemCodes.InvalidArgument, $"name: {QuestionToSave.NameRule}");
        }

        // What does not run is of no use to anybody, and what this caller may not read is not its to propose.
        await sql.RunAsync(call, question.Sql, maxRows: 1, MaxRowBytes, cancel);
        var proposal = proposals.Propose(call.Caller, question, call.Arguments.OptionalText("reason") is null ? "" : Visible(call, "reason"));
        var state = Proposal.NameOf(proposal.Decided is null ? ProposalState.Pending : proposal.Decided.IsAccepted ? ProposalState.Accepted : ProposalState.Declined);
        var url = proposal.Decided is null ? address.Origin + ProposalPaths.PageOf(call.Caller.Workspace) : null;
        return new ToolAnswer(
            JsonText.Object(
                ("proposal", JsonText.Of(proposal.Id)),
                ("state", JsonText.Of(state)),
                ("expires_at", proposal.Decided is null ? JsonText.Of(proposal.ExpiresAt) : "null"),
                ("url", JsonText.Of(url))),
            proposal.Decided switch
            {
                null => $"Pending: nothing is saved yet. Ask the person to open {url} and accept it before {JsonText.Time(proposal.ExpiresAt)}.",
                { IsAccepted: true } => "Accepted: a person saved the question.",
                _ => "Declined: a person said no. Do not propose it again unless you are asked to.",
            });
    }

    /// <summary>What a person is to accept, the person must be able to see.</summary>
    private static string Visible(ToolCall call, string name) => VisibleText.Is(call.Arguments.Text(name))
        ? call.Arguments.Text(name)
        : throw new ProblemException(ProblemCodes.InvalidArgument, $"{name} holds characters that nobody sees. Leave them out.");
}
