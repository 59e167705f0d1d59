using Orchestrator.Consensus.Core;
using Orchestrator.Consensus.Log;
using Orchestrator.Primitives;

namespace Orchestrator.Tests.Consensus.Log;

public sealed class DurableLogTests
{
    [Test]
    public void What_was_appended_is_read_again_in_order_with_term_and_kind()
    {
        using var bench = new LogBench();
        using (var log = bench.Open())
        {
            log.Append([LogBench.Entry(1, "one"), new LogEntry(2, 3, EntryKind.Empty, default)]);
            log.Append([LogBench.Entry(3, new string('x', 3_000_000), term: 3)]);
        }
        using var again = bench.Open();
        Assert.That(bench.Texts, Is.EqualTo(new[] { "one", "", new string('x', 3_000_000) }));
        Assert.That(bench.Replayed.Select(entry => entry.Term), Is.EqualTo(new ulong[] { 1, 3, 3 }));
        Assert.That(bench.Replayed[1].Kind, Is.EqualTo(EntryKind.Empty));
        Assert.That((again.FirstIndex, again.LastIndex), Is.EqualTo((1UL, 3UL)));
        Assert.That(again.LastTerm, Is.EqualTo(3));
    }

    [Test]
    public void An_unused_directory_is_an_empty_log()
    {
        using var bench = new LogBench();
        using var log = bench.Open();
        Assert.That((log.FirstIndex, log.LastIndex), Is.EqualTo((1UL, 0UL)));
    }

    [Test]
    public void A_full_segment_is_followed_by_one_named_by_its_first_index()
    {
        using var bench = new LogBench { SegmentBytes = 320 };
        bench.Write(["a"], ["b"], ["c"], ["d"], ["e"], ["f"]);
        Assert.That(DataFiles.Indexes(bench.Path, DataFiles.SegmentSuffix), Is.EqualTo(new ulong[] { 1, 5 }));
        bench.Reopen();
        Assert.That(bench.Texts, Is.EqualTo(new[] { "a", "b", "c", "d", "e", "f" }));
    }

    [Test]
    public void Segments_under_a_snapshot_go_and_those_above_it_stay()
    {
        using var bench = new LogBench { SegmentBytes = 1 };
        bench.Write(["a"], ["b"], ["c"], ["d"]);
        using (var log = bench.Open())
        {
            log.RemoveThrough(2);
            Assert.That(log.FirstIndex, Is.EqualTo(3));
            log.RemoveThrough(100);
            Assert.That(log.FirstIndex, Is.EqualTo(4), "the last segment always stays");
        }
        bench.Reopen(new LogStart(new LogPosition(3, 1), 0));
        Assert.That(bench.Texts, Is.EqualTo(new[] { "d" }));
    }

    [Test]
    public void A_log_that_begins_behind_the_snapshot_is_refused()
    {
        using var bench = new LogBench { SegmentBytes = 1 };
        bench.Write(["a"], ["b"], ["c"]);
        File.Delete(bench.Segment(1));
        Assert.That(bench.Refusal().Message, Does.Contain("oldest entry has index 2").And.Contains("no snapshot"));
    }

    [Test]
    public void A_missing_segment_in_the_middle_is_refused()
    {
        using var bench = new LogBench { SegmentBytes = 1 };
        bench.Write(["a"], ["b"], ["c"]);
        File.Delete(bench.Segment(2));
        var refusal = bench.Refusal();
        Assert.That(refusal.Failure, Is.EqualTo(LogFailure.Corrupt));
        Assert.That(refusal.Message, Does.Contain(bench.Segment(3)).And.Contains("index 3 where 2 belongs"));
    }

    [Test]
    public void A_snapshot_newer_than_the_log_starts_the_log_anew_behind_it()
    {
        using var bench = new LogBench();
        bench.Write(["a"], ["b"]);
        using (var log = bench.Open(new LogStart(new LogPosition(10, 4), 0)))
        {
            Assert.That((log.FirstIndex, log.LastIndex), Is.EqualTo((11UL, 10UL)));
            log.Append([LogBench.Entry(11, "k", term: 4)]);
        }
        bench.Reopen(new LogStart(new LogPosition(10, 4), 0));
        Assert.That(bench.Texts, Is.EqualTo(new[] { "k" }));
    }

    [TestCase(1, TestName = "The_tail_is_cut_when_every_entry_has_a_segment")]
    [TestCase(300, TestName = "The_tail_is_cut_when_some_entries_share_a_segment")]
    [TestCase(1_000_000, TestName = "The_tail_is_cut_when_all_entries_share_a_segment")]
    public void A_conflicting_tail_is_cut_anywhere_and_the_new_entries_follow(int segmentBytes)
    {
        for (var cut = 1UL; cut <= 7; cut++)
        {
            using var bench = new LogBench { SegmentBytes = segmentBytes };
            bench.Write(["a"], ["b", "c", "d"], ["e"], ["f"]);
            using (var log = bench.Open())
            {
                log.Append([LogBench.Entry(cut, "x", term: 2), LogBench.Entry(cut + 1, "y", term: 2)]);
                Assert.That((log.LastIndex, log.LastTerm), Is.EqualTo((cut + 1, 2UL)));
                log.Append([LogBench.Entry(cut + 2, "z", term: 3)]);
            }
            bench.Reopen();
            string[] kept = ["a", "b", "c", "d", "e", "f"];
            Assert.That(bench.Texts, Is.EqualTo(kept.Take((int)cut - 1).Concat(["x", "y", "z"])), $"cut at {cut}");
        }
    }

    [Test]
    public void A_log_may_be_cut_again_and_again_at_the_same_place()
    {
        using var bench = new LogBench();
        using (var log = bench.Open())
            for (var term = 1UL; term <= 20; term++)
                log.Append([LogBench.Entry(1, "a", term), LogBench.Entry(2, $"{term}", term)]);
        bench.Reopen();
        Assert.That(bench.Texts, Is.EqualTo(new[] { "a", "20" }));
    }

    [Test]
    public void A_cut_leaves_no_byte_of_what_was_cut()
    {
        using var bench = new LogBench();
        bench.Write(["a"], [new string('b', 5000)]);
        using (var log = bench.Open())
            log.Append([LogBench.Entry(2, "c", term: 2)]);
        var expected = SealedHeader.Size + RecordFormat.Size(LogBench.Entry(1, "a")) * 2;
        var behind = File.ReadAllBytes(bench.Segment(1))[expected..];
        Assert.That(behind, Is.EqualTo(new byte[bench.ReserveBytes]));
    }

    [Test]
    public void A_cut_below_what_is_kept_is_an_error_of_the_caller()
    {
        using var bench = new LogBench { SegmentBytes = 1 };
        bench.Write(["a"], ["b"], ["c"]);
        using var log = bench.Open();
        log.RemoveThrough(2);
        Assert.That(() => log.Append([LogBench.Entry(2, "x", term: 2)]),
            Throws.TypeOf<InvariantException>().With.Message.Contains("not kept any more"));
    }

    [Test]
    public void A_snapshot_of_another_term_than_the_log_has_there_drops_the_log()
    {
        using var bench = new LogBench();
        bench.Write(["a"], ["b"], ["c"]);
        using (var log = bench.Open(new LogStart(new LogPosition(2, 4), 0)))
        {
            Assert.That((log.FirstIndex, log.LastIndex, log.LastTerm), Is.EqualTo((3UL, 2UL, 4UL)));
            log.Append([LogBench.Entry(3, "k", term: 4)]);
        }
        bench.Reopen(new LogStart(new LogPosition(2, 4), 0));
        Assert.That(bench.Texts, Is.EqualTo(new[] { "k" }));
    }

    [Test]
    public void A_log_that_failed_once_takes_nothing_more()
    {
        var disk = new FaultyDisk();
        using var bench = new LogBench { Disk = disk };
        using var log = bench.Open();
        log.Append([LogBench.Entry(1, "a")]);
        disk.OnFlush = _ => throw new LogException(LogFailure.FlushFailed, "planted");
        Assert.Throws<LogException>(() => log.Append([LogBench.Entry(2, "b")]));
        disk.OnFlush = _ => { };
        Assert.That(() => log.Append([LogBench.Entry(3, "c")]), Throws.Exception.Message.Contains("failed before"));
    }
}
