namespace Orchestrator.Api.Writes;

/// <summary>Names for services that come without one.</summary>
internal static class ServiceNames
{
    private static readonly string[] Adjectives =
    [
        "able", "amber", "brave", "bright", "calm", "candid", "civil", "clear", "crisp", "deft", "eager", "early",
        "even", "fair", "firm", "fresh", "gentle", "glad", "grand", "green", "honest", "humble", "keen", "kind",
        "lively", "loyal", "mellow", "modest", "neat", "noble", "patient", "plain", "proud", "quick", "quiet",
        "ready", "robust", "round", "sane", "sharp", "silent", "sober", "solid", "steady", "sunny", "swift", "tidy",
        "vivid", "warm", "wise",
    ];

    private static readonly string[] Surnames =
    [
        "abel", "ampere", "babbage", "bell", "bohr", "boole", "cantor", "carson", "church", "curie", "dirac", "euler",
        "faraday", "fermat", "fermi", "fourier", "galois", "gauss", "goedel", "hamilton", "hertz", "hilbert",
        "hopper", "jacobi", "kepler", "kolmogorov", "lagrange", "laplace", "leibniz", "lovelace", "markov", "maxwell",
        "mendel", "moore", "nash", "neumann", "noether", "pascal", "planck", "poincare", "ramanujan", "riemann",
        "shannon", "tesla", "turing", "volta", "watt", "weyl", "wiener", "wright",
    ];

    /// <summary>A name out of the randomness of an id; the end of the id tells equal names apart.</summary>
    public static string Of(string id)
    {
        uint hash = 0;
        foreach (var c in id)
            hash = (hash * 31) + c;
        var adjective = Adjectives[hash % Adjectives.Length];
        return $"{adjective}_{Surnames[hash / Adjectives.Length % Surnames.Length]}_{id[^4..]}";
    }
}
