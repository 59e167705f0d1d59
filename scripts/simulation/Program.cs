using System.Globalization;
using Orchestrator.Tests.Simulation.Consensus;

// Runs seeds of the consensus simulation, each with groups of three and of five, on all processors.
//   --seeds N         how many (1000)
//   --from S          the first (1)
//   --stop            at the first that fails
//   --events N        how many of the last events are shown of a seed that failed (150)
//   --limit SECONDS   begins no other seed after that long (no limit)
// The last line says "N seeds, F failed"; the exit code is 0 when none failed, else 1.
var count = Number("--seeds", 1000);
var from = Number("--from", 1);
var events = Number("--events", 150);
var limit = Number("--limit", int.MaxValue / 1000);
var stops = args.Contains("--stop");
var since = Environment.TickCount64;
var activity = new Activity();
var done = 0;
var failed = 0;
var gate = new Lock();

// Without a limit the pool adds a thread every now and then, and after some minutes they hold each other up.
var processors = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount };
Parallel.ForEach(Enumerable.Range(from, count), processors, (seed, state) =>
{
    if (Environment.TickCount64 - since > limit * 1000L)
        state.Stop();
    if (state.IsStopped)
        return;
    SimulationResult[] results = [ConsensusSimulation.Run(seed, size: 3), ConsensusSimulation.Run(seed, size: 5)];
    lock (gate)
    {
        done++;
        failed += results.Any(result => result.Failure is not null) ? 1 : 0;
        foreach (var result in results)
        {
            activity.Add(result.World);
            if (result.Failure is not null)
                Console.WriteLine($"FAILED with {result.Size} members: {result.ToString(events)}");
        }
        if (done % 500 == 0)
            Console.WriteLine($"{done} of {count} seeds, {failed} failed, {(Environment.TickCount64 - since) / 1000} s");
        if (stops && failed > 0)
            state.Stop();
    }
});
Console.WriteLine(activity);
Console.WriteLine($"{done} seeds, {failed} failed");
return failed == 0 ? 0 : 1;

int Number(string name, int otherwise)
{
    var at = Array.IndexOf(args, name);
    return at < 0 || at + 1 >= args.Length ? otherwise : int.Parse(args[at + 1], CultureInfo.InvariantCulture);
}
