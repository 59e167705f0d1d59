using System.Text;
using Orchestrator.Consensus;
using Orchestrator.Store;
using Orchestrator.Tests.Rules;
using Orchestrator.Tests.Serialization;

namespace Orchestrator.Tests.Store;

/// <summary>
/// The records in log and snapshots are those of their format: another version of the program reads the same or stops.
/// <c>REWRITE=1</c> writes their shape anew, but never under the same format.
/// </summary>
public sealed class LogShapeTests
{
    private static readonly string Recorded = Path.Combine(
        SourceTree.RootDirectory, "Orchestrator.Tests", "Testdata", "Serialization", "log-shape.txt");

    private static readonly string Formats =
        $"transaction {Transaction.CurrentFormat}, snapshot {StateImage.CurrentFormat}";

    [Test]
    public void The_records_of_a_format_never_change()
    {
        var shape = $"{Formats}\n{ShapeOf(typeof(Transaction), typeof(StateImage), typeof(SessionsImage))}";
        var recorded = File.Exists(Recorded) ? File.ReadAllText(Recorded) : "";
        if (Environment.GetEnvironmentVariable("REWRITE") == "1" && recorded.Split('\n')[0] != Formats)
            File.WriteAllText(Recorded, recorded = shape);
        Assert.That(recorded, Is.EqualTo(shape), "a record of the log has changed: raise the format in Transaction and "
            + "StateImage, see that the lower ones are still read, then run this test with REWRITE=1");
    }

    private static string ShapeOf(params Type[] roots)
    {
        var types = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var root in roots)
            Add(root, types);
        return string.Concat(types.Values);
    }

    private static void Add(Type named, SortedDictionary<string, string> types)
    {
        var type = Nullable.GetUnderlyingType(named) ?? Keyed.ItemOf(named) ?? named;
        if (type.Assembly != typeof(Transaction).Assembly || Keyed.IsStringId(type) || types.ContainsKey(type.Name))
            return;
        types[type.Name] = "";
        var text = new StringBuilder($"{type.Name}\n");
        foreach (var tag in Keyed.TagsOf(type))
        {
            text.Append($"  case {tag.Tag} {tag.SubType.Name}\n");
            Add(tag.SubType, types);
        }
        if (type.IsEnum)
            foreach (var value in Enum.GetValues(type))
                text.Append($"  {value} = {value:d}\n");
        foreach (var member in Keyed.MembersOf(type))
        {
            text.Append($"  {Keyed.KeyOf(member)} {member.Name} {NameOf(member.PropertyType)}\n");
            Add(member.PropertyType, types);
        }
        types[type.Name] = text.ToString();
    }

    private static string NameOf(Type type) => type.IsConstructedGenericType
        ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>"
        : type.Name;
}
