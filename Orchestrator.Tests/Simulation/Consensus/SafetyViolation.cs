namespace Orchestrator.Tests.Simulation.Consensus;

/// <summary>A rule was broken; the message says which, by whom, and how it shows.</summary>
internal sealed class SafetyViolation(string message) : Exception(message)
{
    /// <param name="because">evaluated only when the rule does not hold</param>
    public static void Unless(bool holds, string rule, Func<string> because)
    {
        if (!holds)
            throw new SafetyViolation($"{rule}: {because()}");
    }
}
