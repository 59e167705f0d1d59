using System.Security.Cryptography;

namespace Orchestrator.Primitives;

/// <summary>Random numbers in [0, 1) for jitter.</summary>
public sealed class Chance
{
    private const int Steps = 1 << 30;

    private readonly Func<double> _next;

    public Chance() => _next = static () => RandomNumberGenerator.GetInt32(Steps) / (double)Steps;

    public Chance(Func<double> next) => _next = next;

    public double Next() => _next();
}
