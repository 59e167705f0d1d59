using System.Text.Json;

namespace Orchestrator.Tests.Rules;

/// <summary>A property of a project that is misspelt is read by nobody, and nothing says so.</summary>
public sealed class RuntimeSettingsTests
{
    /// <summary>Benchmarks have to run as the product does.</summary>
    [TestCase("swarmnet")]
    [TestCase("Orchestrator.Tests")]
    public void The_settings_of_the_projects_reach_the_runtime(string program)
    {
        var path = Path.Combine(AppContext.BaseDirectory, $"{program}.runtimeconfig.json");
        using var config = JsonDocument.Parse(File.ReadAllText(path));
        var settings = config.RootElement.GetProperty("runtimeOptions").GetProperty("configProperties");
        Assert.That(settings.GetProperty("System.GC.Server").GetBoolean());
        Assert.That(settings.GetProperty("System.GC.DynamicAdaptationMode").GetInt32(), Is.EqualTo(1));
        Assert.That(settings.GetProperty("System.Runtime.TieredPGO").GetBoolean(), Is.False);
        Assert.That(settings.GetProperty("System.Globalization.Invariant").GetBoolean());
    }
}
