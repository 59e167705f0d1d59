using System.Buffers;
using System.Security.Cryptography;
using Orchestrator.Model;
using Orchestrator.Tests.Builders;

namespace Orchestrator.Tests.Simulation;

public sealed class DeterminismTests
{
    /// <summary>
    /// Made by another process than the one that runs this test: hash seeds and start-up order differ, the state must not.
    /// A wanted change of the format or of the decisions changes it; then put the new value here.
    /// </summary>
    private const string Fingerprint = "6b806975255f3e15dc6a0505a563d0f6bafff3866a063395977cfdecae22af4e";

    [Test]
    public void The_same_life_gives_the_same_log_and_the_same_snapshot_in_every_process()
    {
        var plane = new ControlPlane(seed: 42);
        foreach (var name in new[] { "a", "b", "c" })
            plane.AddNode(name);
        var ids = Enumerable.Range(0, 5).Select(i => plane.AddService($"s{i}", i + 1)).ToArray();
        plane.Converge();
        plane.SetNodeState("b", NodeState.Down);
        plane.Converge();
        plane.Scale(ids[4], 1);
        plane.Report(plane.Running(ids[2])[0], TaskState.Failed, "task: non-zero exit (1)");
        plane.Converge();
        var output = new ArrayBufferWriter<byte>();
        plane.Store.CaptureSnapshot()(output);
        foreach (var command in plane.Log)
            output.Write(command);
        Assert.That(Convert.ToHexStringLower(SHA256.HashData(output.WrittenSpan)), Is.EqualTo(Fingerprint));
    }
}
