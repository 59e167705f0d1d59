namespace Orchestrator.Tests.Integration.Chaos;

/// <summary>What a client knows of a write of its own.</summary>
internal enum WriteOutcome
{
    Acknowledged,

    /// <summary>It was not made, and never will be.</summary>
    Refused,

    /// <summary>It may have been made, or be made later.</summary>
    Unknown,

    /// <summary>Nobody was there to take it.</summary>
    NotSent,
}

internal static class WriteOutcomes
{
    /// <summary>
    /// As strict as the product's words allow: whatever does not say that the outcome is unknown claims that nothing
    /// was changed, and is held to that.
    /// </summary>
    /// <exception cref="InvalidOperationException">an answer that no fault excuses</exception>
    public static WriteOutcome Of(ApiAnswer answer)
    {
        if (answer.Status is >= 200 and <= 299)
            return WriteOutcome.Acknowledged;
        if (answer.Body.Contains("internal error"))
            throw new InvalidOperationException($"a defect: {answer.Status} {answer.Body}");
        return answer.Body.Contains("not known whether") || answer.Body.Contains("the daemon is stopping")
            ? WriteOutcome.Unknown
            : WriteOutcome.Refused;
    }
}
