using System.Globalization;

namespace Orchestrator.Consensus.Log;

/// <summary>Names of the files in the log's directory.</summary>
/// <remarks>
/// <c>lock</c>, <c>hardstate</c>, <c>keys</c>, <c>INDEX.log</c> (segment, by its first index), <c>INDEX.snap</c> (by
/// the last index in it), <c>INDEX.receive</c> (a snapshot of which parts have come), <c>*.tmp</c> (unfinished,
/// worthless), <c>*.damaged</c> (put aside). An index has 20 digits.
/// </remarks>
internal static class DataFiles
{
    public const string Lock = "lock";
    public const string HardState = "hardstate";
    public const string Keys = "keys";
    public const string SegmentSuffix = ".log";
    public const string SnapshotSuffix = ".snap";
    public const string ReceiveSuffix = ".receive";
    public const string TemporarySuffix = ".tmp";
    public const string DamagedSuffix = ".damaged";

    private const int Digits = 20;

    public static string Segment(string directory, ulong firstIndex) => Named(directory, firstIndex, SegmentSuffix);

    public static string Snapshot(string directory, ulong index) => Named(directory, index, SnapshotSuffix);

    public static string Receive(string directory, ulong index) => Named(directory, index, ReceiveSuffix);

    /// <summary>The indexes that files with this suffix are named by, lowest first.</summary>
    public static ImmutableArray<ulong> Indexes(string directory, string suffix) =>
    [
        .. Directory.EnumerateFiles(directory)
            .Select(path => IndexOf(Path.GetFileName(path), suffix))
            .OfType<ulong>()
            .Order(),
    ];

    private static ulong? IndexOf(string name, string suffix) =>
        name.Length == Digits + suffix.Length
        && name.EndsWith(suffix, StringComparison.Ordinal)
        && ulong.TryParse(name.AsSpan(0, Digits), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? index
            : null;

    private static string Named(string directory, ulong index, string suffix) =>
        Path.Combine(directory, index.ToString("D20", CultureInfo.InvariantCulture) + suffix);
}
