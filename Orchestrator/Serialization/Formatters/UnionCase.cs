namespace Orchestrator.Serialization.Formatters;

/// <summary>One member of a closed hierarchy.</summary>
internal abstract class UnionCase<T>(int tag, Type type) where T : class
{
    public int Tag => tag;

    public Type Type => type;

    public static UnionCase<T> Of(UnionAttribute union) => (UnionCase<T>)Activator.CreateInstance(
        typeof(UnionCase<,>).MakeGenericType(typeof(T), union.SubType), union.Tag)!;

    public abstract void Write(ref MessagePackWriter writer, T value);

    public abstract T Read(ref MessagePackReader reader);
}

internal sealed class UnionCase<T, TSub>(int tag) : UnionCase<T>(tag, typeof(TSub))
    where T : class
    where TSub : class, T
{
    private readonly Formatter<TSub> _formatter = FormatterCache<TSub>.Instance;

    public override void Write(ref MessagePackWriter writer, T value) => _formatter.Write(ref writer, (TSub)value);

    public override T Read(ref MessagePackReader reader) => _formatter.Read(ref reader);
}
