using Orchestrator.Primitives;

namespace Orchestrator.Tests.Primitives;

public sealed class IdSourceTests
{
    [Test]
    public void Ids_are_25_lower_case_base_36_characters_and_differ()
    {
        var ids = Enumerable.Range(0, 1000).Select(_ => IdSource.Secure.Next()).ToArray();
        Assert.That(ids, Is.All.Match("^[0-9a-z]{25}$"));
        Assert.That(ids.Distinct().Count(), Is.EqualTo(ids.Length));
    }

    [Test]
    public void The_same_bytes_give_the_same_id()
    {
        var source = new IdSource(bytes => bytes.Fill(7));
        var first = source.Next();
        Assert.That(source.Next(), Is.EqualTo(first));
    }
}
