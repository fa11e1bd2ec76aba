using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Team;

/// <summary>Lets a form say what the service behind it refused, instead of a page of its own.</summary>
internal static class Refused
{
    /// <summary>Does it.</summary>
    /// <returns>What was refused and why; null if it was done. What is not there stays a page that is not there.</returns>
    public static FormProblems? Or(Action change)
    {
        try
        {
            change();
            return null;
        }
        catch (ProblemException problem) when (problem.Code.HttpStatus is >= 400 and < 500 && problem.Code != ProblemCodes.NotFound)
        {
            return FormProblems.Whole(problem.Message, problem.Code.HttpStatus);
        }
    }
}
