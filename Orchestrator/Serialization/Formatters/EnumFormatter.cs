using System.Runtime.CompilerServices;

namespace Orchestrator.Serialization.Formatters;

/// <summary>An enum is its number. A number without a name is kept: a newer version may have one for it.</summary>
internal sealed class EnumFormatter<T, TNumber> : Formatter<T>
    where T : struct, Enum
    where TNumber : struct
{
    private readonly Formatter<TNumber> _number = FormatterCache<TNumber>.Instance;

    public override void Write(ref MessagePackWriter writer, T value) =>
        _number.Write(ref writer, Unsafe.BitCast<T, TNumber>(value));

    public override T Read(ref MessagePackReader reader) => Unsafe.BitCast<TNumber, T>(_number.Read(ref reader));
}
