using System.Globalization;
using System.Text;
using Orchestrator.Consensus.Core;

namespace Orchestrator.Tests.Consensus.Core;

/// <summary>
/// Plays a story: lines that begin with <c>#</c> are prose, with <c>&gt;</c> commands; what the members then do is
/// written below each command. Everything else in the text was written by an earlier run.
/// </summary>
internal sealed class Story
{
    private readonly StringBuilder _text = new();
    private CoreGroup _group = new(1);

    public static string Play(string text)
    {
        var story = new Story();
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith('#'))
                story._text.Append(line).Append('\n');
            else if (line.StartsWith('>'))
                story.Run(line);
        }
        return story._text.ToString();
    }

    private void Run(string line)
    {
        _text.Append('\n').Append(line).Append('\n');
        var words = line[1..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var numbers = words[1..].Select(word => ulong.TryParse(word, CultureInfo.InvariantCulture, out var n) ? n : 0)
            .Append(0UL).Append(0UL).ToArray();
        if (!MoveTime(words[0], numbers) && !MoveMessages(words[0], numbers, words.Length > 1)
            && !AskMember(words, numbers[0], numbers[1]) && !ChangeMembers(words[0], numbers[0], numbers[1]))
            throw new FormatException($"not a command: {line}");
    }

    private bool MoveTime(string command, ulong[] numbers)
    {
        var id = numbers[0];
        switch (command)
        {
            case "group": _group = new CoreGroup((int)id, trace: Write); break;
            case "join": _group.Join(id); break;
            case "campaign": _group.Campaign(id); break;
            case "tick": _group.Tick(id, (int)numbers[1]); break;
            case "time": _group.TickAll((int)id); break;
            case "flush": _group.Flush(id); break;
            case "stall": _group.Stalled.Add(id); break;
            case "unstall": _group.Stalled.Remove(id); break;
            case "restart": _group.Restart(id); break;
            case "forget":
                _group[id].Disk.Forget(numbers[1]);
                _group.Restart(id);
                break;
            case "status": Status(); break;
            default: return false;
        }
        return true;
    }

    private bool MoveMessages(string command, ulong[] numbers, bool some)
    {
        bool IsMeant(Message message) => !some || ((numbers[0] == 0 || message.From.Value == numbers[0])
            && (numbers[1] == 0 || message.To.Value == numbers[1]));
        switch (command)
        {
            case "deliver": _group.Deliver(IsMeant); break;
            case "drop": _group.Drop(IsMeant); break;
            case "settle": _group.Settle(); break;
            case "cut": _group.Cut(numbers[0], numbers[1]); break;
            case "isolate": _group.Isolate(numbers[0]); break;
            case "heal": _group.Heal(); break;
            default: return false;
        }
        return true;
    }

    private bool AskMember(string[] words, ulong id, ulong other)
    {
        switch (words[0])
        {
            case "propose": Result(_group.Propose(id, words[2])); break;
            case "forward":
                var forwarded = ProposeResult.Accepted;
                _group.Do(id, core => forwarded = core.Forward(Encoding.UTF8.GetBytes(words[3]), other));
                Result(forwarded);
                break;
            case "read": _group.Do(id, core => core.Read(other)); break;
            case "transfer":
                var transferred = ProposeResult.Accepted;
                _group.Do(id, core => transferred = core.TransferLeadership(new MemberId(other)));
                Result(transferred);
                break;
            case "snapshot": _group[id].TakeSnapshot(other); break;
            case "unreadable": _group[id].CanReadSnapshots = false; break;
            case "spoils": (_group[id].CanReadSnapshots, _group[id].LosesAllSnapshots) = (false, true); break;
            case "lost": _group.Do(id, core => core.PeerLost(new MemberId(other))); break;
            default: return false;
        }
        return true;
    }

    private bool ChangeMembers(string command, ulong id, ulong other)
    {
        var member = new MemberId(other);
        Func<Membership, Membership>? change = command switch
        {
            "add" => members => members.Add(member, $"node-{other}", $"host-{other}"),
            "promote" => members => members.Promote(member),
            "demote" => members => members.Demote(member),
            "remove" => members => members.Remove(member),
            _ => null,
        };
        if (change is null)
            return false;
        Result(_group.Change(id, change));
        return true;
    }

    private void Status()
    {
        foreach (var member in _group.Members)
        {
            Write($"{member.Id}: {member.Core.Role} in term {member.Core.Term}, log to "
                + $"{CoreTrace.Describe(member.Core.LastPosition)}, commit {member.Core.CommitIndex}, "
                + $"{CoreTrace.Describe(member.Core.Membership)}, state: {string.Join(' ', member.State)}");
        }
    }

    private void Result(ProposeResult result)
    {
        if (result != ProposeResult.Accepted)
            Write($"refused: {result}");
    }

    private void Write(string line) => _text.Append("  ").Append(line).Append('\n');
}
