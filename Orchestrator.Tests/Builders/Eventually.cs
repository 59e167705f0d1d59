namespace Orchestrator.Tests.Builders;

/// <summary>
/// Waits for what another process or thread will show sooner or later. It looks again and again because nothing there
/// calls back; when the time is up it says what it saw last.
/// </summary>
internal static class Eventually
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>The first reading that is as expected.</summary>
    public static async Task<T> Get<T>(
        string missing, Func<Task<T>> read, Func<T, bool> expected, TimeSpan? patience = null)
    {
        var limit = patience ?? Patience;
        var start = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(Pause);
        object? last;
        do
        {
            try
            {
                var seen = await read();
                if (expected(seen))
                    return seen;
                last = seen;
            }
            catch (HttpRequestException exception)
            {
                last = exception.Message;
            }
        }
        while (TimeProvider.System.GetElapsedTime(start) < limit && await timer.WaitForNextTickAsync());
        throw new AssertionException($"after {limit.TotalSeconds} s still missing: {missing}. Last seen: {Text(last)}");
    }

    public static Task True(string missing, Func<bool> look, TimeSpan? patience = null) =>
        Get(missing, () => Task.FromResult(look()), seen => seen, patience);

    /// <param name="seen">what to say when it does not happen</param>
    public static async Task TrueAsync(Func<bool> condition, string what, Func<string>? seen = null)
    {
        try
        {
            await True(what, condition);
        }
        catch (AssertionException missing) when (seen is not null)
        {
            throw new AssertionException($"{missing.Message} {seen()}");
        }
    }

    private static string Text(object? seen) =>
        seen is System.Collections.IEnumerable many and not string
            ? string.Join(", ", many.Cast<object>())
            : seen?.ToString() ?? "nothing";
}
