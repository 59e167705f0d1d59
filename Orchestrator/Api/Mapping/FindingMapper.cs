using Orchestrator.Api.Contracts;
using Orchestrator.Api.Doctor;

namespace Orchestrator.Api.Mapping;

internal static class FindingMapper
{
    public static FindingDto Write(Finding finding) => new()
    {
        Severity = finding.Severity switch
        {
            Severity.Ok => "ok",
            Severity.Warn => "warn",
            Severity.Error => "error",
        },
        Check = finding.Check,
        What = finding.What,
        Why = finding.Why.Length > 0 ? finding.Why : null,
        Fix = finding.Fix.Length > 0 ? finding.Fix : null,
    };
}
