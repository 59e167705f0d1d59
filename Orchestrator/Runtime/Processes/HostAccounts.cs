using System.Globalization;

namespace Orchestrator.Runtime.Processes;

/// <summary>A user of this host, by number.</summary>
internal sealed record HostAccount(uint User, uint Group)
{
    internal string Home { get; init; } = "/";

    internal ImmutableArray<uint> Groups { get; init; } = [];
}

/// <summary>Looks up who a task runs as, in the host's own files.</summary>
internal sealed class HostAccounts(string directory = "/etc")
{
    /// <summary>
    /// Takes <c>user</c> and <c>user:group</c>, each a name or a number, and names of further groups.
    /// </summary>
    /// <exception cref="RuntimeException">Rejected: there is no such user or group</exception>
    internal HostAccount Find(string user, IEnumerable<string> groups)
    {
        var parts = user.Split(':', 2);
        var entry = Lines("passwd").FirstOrDefault(fields => fields.Length >= 6 && Matches(fields, parts[0]));
        var id = entry is not null ? Number(entry[2]) : Number(parts[0]);
        if (id is null)
            throw new RuntimeException(RuntimeFailure.Rejected, $"there is no user {parts[0]} on this host");
        var group = parts.Length == 2 ? GroupOf(parts[1]) : Number(entry?[3] ?? "0") ?? 0;
        var member = entry is null ? [] : Memberships(entry[0]);
        return new HostAccount(id.Value, group)
        {
            Home = entry?[5] is { Length: > 0 } home ? home : "/",
            Groups = [.. groups.Select(GroupOf).Concat(member).Append(group).Distinct()],
        };
    }

    /// <summary>Of a running process's user, for whom nothing is switched.</summary>
    internal string HomeOf(uint user) =>
        Lines("passwd").FirstOrDefault(fields => fields.Length >= 6 && Number(fields[2]) == user)?[5] ?? "/";

    private uint GroupOf(string name)
    {
        var entry = Lines("group").FirstOrDefault(fields => fields.Length >= 3 && Matches(fields, name));
        return (entry is not null ? Number(entry[2]) : Number(name))
            ?? throw new RuntimeException(RuntimeFailure.Rejected, $"there is no group {name} on this host");
    }

    private IEnumerable<uint> Memberships(string user)
    {
        foreach (var fields in Lines("group"))
            if (fields.Length >= 4 && fields[3].Split(',').Contains(user) && Number(fields[2]) is { } id)
                yield return id;
    }

    private static bool Matches(string[] fields, string name) => fields[0] == name || fields[2] == name;

    private IEnumerable<string[]> Lines(string file) =>
        ProcFiles.TryRead(Path.Combine(directory, file)).Split('\n').Select(line => line.Split(':'));

    private static uint? Number(string text) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
