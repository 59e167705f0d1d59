using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Orchestrator.Primitives.Collections;

/// <summary>A key with its first characters as a number, so that most comparisons read no string.</summary>
internal readonly struct SortKey
{
    private const int Characters = 8;

    /// <summary>From here on a character has no byte of its own, and ends the head.</summary>
    private const char FirstUnfit = (char)0xFF;

    public SortKey(string text)
    {
        Text = text;
        Head = HeadOf(text);
    }

    private SortKey(string text, ulong head)
    {
        Text = text;
        Head = head;
    }

    public string Text { get; }

    /// <summary>Never greater than the head of a key that sorts behind this one.</summary>
    public ulong Head { get; }

    public static SortKey Stored(string text, ulong head) => new(text, head);

    /// <summary>Ordinal order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Compare(ulong head, string text, in SortKey key) =>
        head != key.Head ? head.CompareTo(key.Head) : string.CompareOrdinal(text, key.Text);

    private static ulong HeadOf(string text)
    {
        if (text.Length >= Characters)
        {
            var numbers = MemoryMarshal.Cast<char, ushort>(text.AsSpan());
            var characters = Vector128.Create(numbers[..Characters]);
            if (Vector128.LessThanAll(characters, Vector128.Create((ushort)FirstUnfit)))
                return BinaryPrimitives.ReverseEndianness(
                    Vector128.Narrow(characters, characters).AsUInt64().ToScalar());
        }
        var head = 0UL;
        var length = Math.Min(text.Length, Characters);
        for (var i = 0; i < length; i++)
        {
            var character = text[i];
            if (character >= FirstUnfit)
                return head | (ulong)FirstUnfit << (8 * (Characters - 1 - i));
            head |= (ulong)character << (8 * (Characters - 1 - i));
        }
        return head;
    }
}
