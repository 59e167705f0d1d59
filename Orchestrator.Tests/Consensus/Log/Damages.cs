namespace Orchestrator.Tests.Consensus.Log;

/// <summary>What disks do to files.</summary>
internal static class Damages
{
    /// <summary>Flips one bit in each byte of the file in turn and calls; the file is as before at the end.</summary>
    public static void EachByte(string path, Action<int> check)
    {
        var intact = File.ReadAllBytes(path);
        for (var at = 0; at < intact.Length; at++)
        {
            Flip(path, at);
            check(at);
            File.WriteAllBytes(path, intact);
        }
    }

    public static void Flip(string path, int at)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[at] ^= (byte)(1 << (at % 8));
        File.WriteAllBytes(path, bytes);
    }
}
