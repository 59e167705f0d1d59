using Orchestrator.Api.Contracts;
using Orchestrator.Scheduling.Rebalancing;

namespace Orchestrator.Api.Mapping;

internal static class RebalanceMapper
{
    /// <summary>Services that are told as left alone.</summary>
    private const int MostLeftAlone = 100;

    public static RebalanceDto Write(RebalancePlan plan) => new()
    {
        Moves = [.. plan.Moves.Select(Write)],
        LeftAlone =
        [
            .. plan.LeftAlone.Take(MostLeftAlone).Select(
                left => new LeftAloneDto { Service = left.Service.Spec.Name, Why = left.Why }),
        ],
        UnderWay = plan.UnderWay,
    };

    private static MoveDto Write(TaskMove move) => new()
    {
        Task = move.Task.Id.Value,
        Service = move.Service.Spec.Name,
        Slot = move.Task.Slot,
        From = move.From.Description.Hostname,
        To = move.To.Description.Hostname,
        Why = move.Why,
    };
}
