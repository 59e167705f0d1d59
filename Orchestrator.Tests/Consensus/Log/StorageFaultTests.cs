using Orchestrator.Consensus.Core;
using Orchestrator.Consensus.Log;
using Orchestrator.Primitives;

namespace Orchestrator.Tests.Consensus.Log;

/// <summary>A disk that refuses once ends everything; what was acknowledged before is there at the next start.</summary>
public sealed class StorageFaultTests
{
    private TemporaryDirectory _directory = null!;

    [SetUp]
    public void SetUp() => _directory = new TemporaryDirectory();

    [TearDown]
    public void TearDown() => _directory.Dispose();

    [TestCase(LogFailure.InputOutput), TestCase(LogFailure.DiskFull), TestCase(LogFailure.FlushFailed)]
    public void A_refusal_at_any_operation_is_final_and_costs_nothing_acknowledged(LogFailure failure)
    {
        for (var (last, isOver) = (0, false); !isOver; last++)
        {
            var options = StorageBench.Options(_directory.Child($"{last}")) with { SegmentBytes = 200, ReserveBytes = 100 };
            var disk = new FaultyDisk();
            var left = last;
            disk.OnChange = what => _ = left-- == 0 ? throw new LogException(failure, $"planted: {what}") : 0;
            var acknowledged = Live(options, disk, failure, out isOver);
            using var again = StorageBench.Open(options);
            Assert.That(again.Storage.LastIndex, Is.GreaterThanOrEqualTo(acknowledged.Index), $"operation {last}");
            Assert.That(again.State.HardState.Term, Is.GreaterThanOrEqualTo(acknowledged.Term), $"operation {last}");
        }
    }

    [Test]
    public void The_speed_of_the_disk_is_the_median_of_a_few_flushes()
    {
        Assert.That(FlushSpeed.Measure(new PosixDisk(), _directory.Path, TimeProvider.System), Is.Positive);
        Assert.That(Directory.GetFiles(_directory.Path), Is.Empty);
    }

    private static LogPosition Live(RaftStorageOptions options, FaultyDisk disk, LogFailure failure, out bool isOver)
    {
        var acknowledged = new LogPosition(0, 0);
        isOver = false;
        StorageBench? bench = null;
        try
        {
            bench = StorageBench.Open(options, disk);
            for (var term = 1UL; term <= 3; term++)
            {
                bench.Storage.Save(new Flush
                {
                    HardState = new HardState(term, new MemberId(7)),
                    Entries = [LogBench.Entry((2 * term) - 1, "a", term), LogBench.Entry(2 * term, "b", term)],
                });
                acknowledged = new LogPosition(2 * term, term);
            }
            acknowledged = new LogPosition(5, 3); // what is to be cut was never committed
            bench.Append(6, 4, "cut");
            bench.Storage.Rotate();
            bench.Append(7, 4, "c");
            acknowledged = new LogPosition(7, 3);
            isOver = true;
        }
        catch (LogException e)
        {
            Assert.That(e.Failure, Is.EqualTo(failure));
            if (bench is not null)
                Assert.That(() => bench.Append(bench.Storage.LastIndex + 1, 9, "x"), Throws.TypeOf<InvariantException>());
        }
        finally
        {
            bench?.Dispose();
        }
        return acknowledged;
    }
}
