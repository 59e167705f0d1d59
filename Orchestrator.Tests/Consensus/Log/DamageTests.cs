using System.Buffers.Binary;
using Orchestrator.Consensus.Log;

namespace Orchestrator.Tests.Consensus.Log;

/// <summary>What a crash leaves is cut; everything else is refused.</summary>
public sealed class DamageTests
{
    private const int Record = RecordFormat.Overhead + RecordCipher.Overhead + 5;

    [Test]
    public void A_tail_torn_at_any_byte_of_the_last_record_is_cut_and_the_log_goes_on([Range(0, Record - 1)] int kept) =>
        CutsTheThirdAndGoesOn(bytes => bytes[..(Offset(2) + kept)]);

    [Test]
    public void A_flipped_bit_anywhere_in_the_segment_is_refused_and_changes_nothing()
    {
        using var bench = ThreeRecords();
        var intact = File.ReadAllBytes(bench.Segment(1));
        for (var at = 0; at < Offset(3); at++)
        {
            var flipped = (byte[])intact.Clone();
            flipped[at] ^= (byte)(1 << (at % 8));
            File.WriteAllBytes(bench.Segment(1), flipped);
            var refusal = Assert.Throws<LogException>(() => bench.Reopen(), $"byte {at} went unnoticed");
            Assert.That(refusal.Failure, Is.EqualTo(LogFailure.Corrupt));
            Assert.That(refusal.Message, Does.Contain(bench.Segment(1)).And.Contains("backup"));
            Assert.That(File.ReadAllBytes(bench.Segment(1)), Is.EqualTo(flipped));
        }
    }

    [Test]
    public void The_refusal_names_file_and_offset_of_the_damage()
    {
        using var bench = ThreeRecords();
        LogBench.Change(bench.Segment(1), bytes => Flipped(bytes, Offset(1) + RecordFormat.HeaderSize));
        Assert.That(bench.Refusal().Message, Does.Contain($"{bench.Segment(1)}, offset {Offset(1)}:"));
    }

    [Test]
    public void Lost_sectors_in_the_last_batch_are_a_torn_tail_even_when_later_ones_arrived()
    {
        using var bench = new LogBench();
        bench.Write(["kept"], [new string('a', 2000), new string('b', 2000), new string('c', 2000)]);
        LogBench.Change(bench.Segment(1), bytes => Zeroed(bytes, 512, 1024));
        bench.Reopen();
        Assert.That(bench.Texts, Is.EqualTo(new[] { "kept" }));
    }

    [Test]
    public void Lost_sectors_before_the_last_batch_are_corruption()
    {
        using var bench = new LogBench();
        bench.Write([new string('a', 2000)], [new string('b', 2000)]);
        LogBench.Change(bench.Segment(1), bytes => Zeroed(bytes, 512, 1024));
        Assert.That(bench.Refusal().Failure, Is.EqualTo(LogFailure.Corrupt));
    }

    [Test]
    public void A_file_that_grew_by_zeros_in_the_crash_is_cut()
    {
        using var bench = ThreeRecords();
        LogBench.Change(bench.Segment(1), bytes => [.. bytes, .. new byte[5000]]);
        bench.Reopen();
        Assert.That(bench.Texts.Count(), Is.EqualTo(3));
        Assert.That(new FileInfo(bench.Segment(1)).Length, Is.EqualTo(Offset(3)));
    }

    [Test]
    public void A_tail_torn_at_any_byte_is_cut_also_when_room_was_made_behind_it([Range(0, Record - 1)] int kept) =>
        CutsTheThirdAndGoesOn(bytes => Zeroed(bytes, Offset(2) + kept, Offset(3)));

    [Test]
    public void What_no_crash_puts_into_the_room_behind_the_last_record_is_refused()
    {
        using var bench = ThreeRecords();
        LogBench.Change(bench.Segment(1), bytes => Flipped(bytes, Offset(3) + 100));
        Assert.That(bench.Refusal().Message, Does.Contain($"{bench.Segment(1)}, offset {Offset(3)}:"));
    }

    [Test]
    public void Room_behind_the_records_of_a_full_segment_is_its_end()
    {
        using var bench = new LogBench { SegmentBytes = 1 };
        bench.Write(["first"], ["second"]);
        Assert.That(new FileInfo(bench.Segment(1)).Length, Is.EqualTo(Offset(1)));
        LogBench.Change(bench.Segment(1), bytes => [.. bytes, .. new byte[5000]]);
        bench.Reopen();
        Assert.That(bench.Texts, Is.EqualTo(new[] { "first", "second" }));
    }

    [Test]
    public void Zeros_in_the_place_of_a_record_before_the_last_segment_are_refused()
    {
        using var bench = new LogBench { SegmentBytes = 1 };
        bench.Write(["first"], ["second"]);
        LogBench.Change(bench.Segment(1), bytes => Zeroed(bytes, Offset(0), Offset(1)));
        Assert.That(bench.Refusal().Message, Does.Contain(bench.Segment(2)).And.Contains("begins with index 2"));
    }

    [Test]
    public void A_short_segment_before_the_last_is_refused()
    {
        using var bench = new LogBench { SegmentBytes = 1 };
        bench.Write(["first"], ["second"]);
        LogBench.Change(bench.Segment(1), bytes => bytes[..^1]);
        Assert.That(bench.Refusal().Message, Does.Contain(bench.Segment(1)).And.Contains("later segments exist"));
    }

    [Test]
    public void A_segment_whose_header_a_crash_cut_is_dropped([Values(0, 1, 16, 31, 63)] int length)
    {
        using var bench = ThreeRecords();
        var header = SealedHeader.Make(FileHeader.Segment, 4, bench.Home.Keys).Bytes;
        File.WriteAllBytes(bench.Segment(4), header[..length].ToArray());
        using (var log = bench.Open())
            log.Append([LogBench.Entry(4, "fourth")]);
        bench.Reopen();
        Assert.That(bench.Texts, Is.EqualTo(new[] { "first", "secon", "third", "fourth" }));
    }

    [Test]
    public void A_newer_format_is_refused_with_both_versions_named()
    {
        using var bench = ThreeRecords();
        LogBench.Change(bench.Segment(1), WithVersion7);
        var refusal = bench.Refusal();
        Assert.That(refusal.Failure, Is.EqualTo(LogFailure.NewerVersion));
        Assert.That(refusal.Message, Does.Contain("version 7").And.Contains("up to 2"));
    }

    private static void CutsTheThirdAndGoesOn(Func<byte[], byte[]> tear)
    {
        using var bench = ThreeRecords();
        LogBench.Change(bench.Segment(1), tear);
        using (var log = bench.Open())
        {
            Assert.That(bench.Texts, Is.EqualTo(new[] { "first", "secon" }));
            log.Append([LogBench.Entry(3, "other")]);
        }
        bench.Reopen();
        Assert.That(bench.Texts, Is.EqualTo(new[] { "first", "secon", "other" }));
    }

    private static LogBench ThreeRecords()
    {
        var bench = new LogBench();
        bench.Write(["first"], ["secon"], ["third"]);
        return bench;
    }

    private static int Offset(int records) => SealedHeader.Size + (records * Record);

    private static byte[] Flipped(byte[] bytes, int at)
    {
        bytes[at] ^= 0x10;
        return bytes;
    }

    private static byte[] Zeroed(byte[] bytes, int from, int to)
    {
        bytes.AsSpan(from, to - from).Clear();
        return bytes;
    }

    private static byte[] WithVersion7(byte[] bytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), 7);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), Crc32C.Of(bytes.AsSpan(0, 12)));
        return bytes;
    }
}
