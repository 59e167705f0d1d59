using Orchestrator.Runtime;

namespace Orchestrator.Tests.Runtime.Docker;

internal static class Failing
{
    /// <summary>The runtime failure that the call must end with.</summary>
    public static async Task<RuntimeException> Of(Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (RuntimeException e)
        {
            return e;
        }
        throw new AssertionException("the call succeeded, but a RuntimeException was expected");
    }
}
