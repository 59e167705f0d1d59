using System.Globalization;

namespace Orchestrator.Cli.Rendering;

/// <summary>How long, in words, as the docker tools say it.</summary>
public static class Ages
{
    private const int HoursPerDay = 24;

    public static string Describe(TimeSpan age)
    {
        var seconds = (long)Math.Max(0, age.TotalSeconds);
        var minutes = seconds / 60;
        var hours = (long)Math.Round(Math.Max(0, age.TotalHours), MidpointRounding.AwayFromZero);
        return seconds switch
        {
            0 => "Less than a second",
            1 => "1 second",
            < 60 => Count(seconds, "seconds"),
            < 120 => "About a minute",
            < 3600 => Count(minutes, "minutes"),
            _ when hours == 1 => "About an hour",
            _ when hours < 2 * HoursPerDay => Count(hours, "hours"),
            _ when hours < 14 * HoursPerDay => Count(hours / HoursPerDay, "days"),
            _ when hours < 60 * HoursPerDay => Count(hours / HoursPerDay / 7, "weeks"),
            _ when hours < 730 * HoursPerDay => Count(hours / HoursPerDay / 30, "months"),
            _ => Count(hours / HoursPerDay / 365, "years"),
        };
    }

    /// <summary><c>5 seconds ago</c>; nothing for a moment that never was.</summary>
    public static string Ago(DateTimeOffset moment, DateTimeOffset now) =>
        moment.Year <= 1 ? "" : Describe(now - moment).ToLowerInvariant() + " ago";

    private static string Count(long number, string unit) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {unit}");
}
