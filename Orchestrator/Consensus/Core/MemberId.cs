using System.Globalization;

namespace Orchestrator.Consensus.Core;

/// <summary>
/// Who a member of the group is. Given once, at random, to each membership: a host that leaves and comes back, or loses
/// its disk, is another member.
/// </summary>
/// <param name="Value">0 = nobody</param>
internal readonly record struct MemberId(ulong Value) : IComparable<MemberId>
{
    public static MemberId None { get; }

    public bool IsNone => Value == 0;

    public int CompareTo(MemberId other) => Value.CompareTo(other.Value);

    /// <summary>Hexadecimal, without leading zeros.</summary>
    public override string ToString() => Value.ToString("x", CultureInfo.InvariantCulture);
}
