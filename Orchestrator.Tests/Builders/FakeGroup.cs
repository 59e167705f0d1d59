using Orchestrator.Api;
using Orchestrator.Model;

namespace Orchestrator.Tests.Builders;

/// <summary>A managers' group that stands as the test says; at first this node alone.</summary>
internal sealed class FakeGroup : IManagerGroup
{
    public GroupStatus Status { get; set; } = Of(FakeNode.Id.Value, Member(FakeNode.Id.Value));

    /// <summary>How often a new key was asked for.</summary>
    public int Rotations { get; private set; }

    public Task RotateKeyAsync(CancellationToken ct)
    {
        Rotations++;
        return Task.CompletedTask;
    }

    /// <summary>A member's address ends with the last digit in its name.</summary>
    public static GroupMember Member(string node, bool isReachable = true, bool votes = true) => new(
        new NodeId(node), $"10.0.0.{node.Last(char.IsAsciiDigit)}:2377", votes, isReachable, isReachable ? "" : "refused");

    public static GroupStatus Of(string? leader, params GroupMember[] members)
    {
        var voters = members.Where(member => member.Votes).ToArray();
        return new GroupStatus
        {
            Leader = leader is null ? null : new NodeId(leader),
            Members = [.. members],
            Margin = voters.Count(member => member.IsReachable) - ((voters.Length / 2) + 1),
        };
    }
}
