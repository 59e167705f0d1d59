using Microsoft.Extensions.Logging;
using Orchestrator.Primitives;
using Orchestrator.Serialization;

namespace Orchestrator.Agents;

/// <summary>
/// The file <c>assignments</c>. It holds registry credentials, so only its owner reads it. It saves time after a
/// crash and is not the truth: the managers send the whole set, and the runtime knows what runs.
/// </summary>
internal sealed partial class AgentStateFile(AgentContext agent, Func<AgentState> current)
{
    public const string Name = "assignments";

    /// <summary>Changes come in bursts, and a flush slows the disk for the runtime too; nobody waits.</summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(5);

    private readonly string _path = Path.Combine(agent.Options.DataDirectory, Name);
    private readonly Signal _changed = new(agent.Clock);
    private readonly ILogger _log = agent.Loggers.CreateLogger<AgentStateFile>();

    public void Changed() => _changed.Set();

    /// <summary>What was saved last; nothing when there is none or it is damaged.</summary>
    public AgentState Load()
    {
        if (!File.Exists(_path))
            return new AgentState();
        try
        {
            return MessagePackSerializer.Deserialize<AgentState>(File.ReadAllBytes(_path));
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            LogUnreadable(_path, e);
            return new AgentState();
        }
    }

    /// <summary>Saves whenever something has changed, and once more at the end.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        try
        {
            while (true)
            {
                await _changed.WaitAsync(ct);
                await Task.Delay(Gathering, agent.Clock, ct);
                if (!Save())
                {
                    await Task.Delay(RetryDelay, agent.Clock, ct);
                    _changed.Set();
                }
            }
        }
        finally
        {
            Save();
        }
    }

    private bool Save()
    {
        try
        {
            DurableFile.Replace(_path, MessagePackSerializer.Serialize(current()));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNotSaved(_path, e);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "{Path} cannot be read and is ignored: the managers will send what this node should run")]
    private partial void LogUnreadable(string path, Exception e);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Path} cannot be written; tasks go on, and it is tried again")]
    private partial void LogNotSaved(string path, Exception e);
}
