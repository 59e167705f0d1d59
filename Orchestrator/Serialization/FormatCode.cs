namespace Orchestrator.Serialization;

/// <summary>First bytes of values, as the MessagePack specification names them.</summary>
internal static class FormatCode
{
    public const byte MaxPositiveFixInt = 0x7f;
    public const byte FixMap = 0x80;
    public const byte FixArray = 0x90;
    public const byte FixStr = 0xa0;
    public const byte Nil = 0xc0;
    public const byte NeverUsed = 0xc1;
    public const byte False = 0xc2;
    public const byte True = 0xc3;
    public const byte Bin8 = 0xc4;
    public const byte Bin16 = 0xc5;
    public const byte Bin32 = 0xc6;
    public const byte Ext8 = 0xc7;
    public const byte Ext16 = 0xc8;
    public const byte Ext32 = 0xc9;
    public const byte Float32 = 0xca;
    public const byte Float64 = 0xcb;
    public const byte UInt8 = 0xcc;
    public const byte UInt16 = 0xcd;
    public const byte UInt32 = 0xce;
    public const byte UInt64 = 0xcf;
    public const byte Int8 = 0xd0;
    public const byte Int16 = 0xd1;
    public const byte Int32 = 0xd2;
    public const byte Int64 = 0xd3;
    public const byte FixExt1 = 0xd4;
    public const byte FixExt2 = 0xd5;
    public const byte FixExt4 = 0xd6;
    public const byte FixExt8 = 0xd7;
    public const byte FixExt16 = 0xd8;
    public const byte Str8 = 0xd9;
    public const byte Str16 = 0xda;
    public const byte Str32 = 0xdb;
    public const byte Array16 = 0xdc;
    public const byte Array32 = 0xdd;
    public const byte Map16 = 0xde;
    public const byte Map32 = 0xdf;
    public const byte NegativeFixInt = 0xe0;

    public const int MinNegativeFixInt = -32;

    /// <summary>Largest count in the first byte of an array or a map.</summary>
    public const int MaxFixCount = 15;

    /// <summary>Longest string, in bytes, whose length is in the first byte.</summary>
    public const int MaxFixStr = 31;

    /// <summary>Extension type of timestamps.</summary>
    public const sbyte Timestamp = -1;

    /// <summary>Records and collections inside each other; writers and readers refuse more.</summary>
    public const int MaxDepth = 100;

    /// <summary>Size of the length that follows the code of a string, binary data or an extension.</summary>
    public static int LengthBytes(byte code) => code switch
    {
        Str8 or Bin8 or Ext8 => 1,
        Str16 or Bin16 or Ext16 => 2,
        Str32 or Bin32 or Ext32 => 4,
        _ => 0,
    };

    /// <summary>Size of what the code alone tells: a number, a short string, the type of an extension.</summary>
    public static int FixedBytes(byte code) => code switch
    {
        >= FixStr and < Nil => code - FixStr,
        >= Ext8 and <= Ext32 => 1,
        >= FixExt1 and <= FixExt16 => (1 << (code - FixExt1)) + 1,
        UInt8 or Int8 => 1,
        UInt16 or Int16 => 2,
        UInt32 or Int32 or Float32 => 4,
        UInt64 or Int64 or Float64 => 8,
        _ => 0,
    };

    /// <summary>What a first byte announces, for error messages.</summary>
    public static string NameOf(byte code) => code switch
    {
        <= MaxPositiveFixInt or >= NegativeFixInt or (>= UInt8 and <= Int64) => "an integer",
        < FixArray or Map16 or Map32 => "a map",
        < FixStr or Array16 or Array32 => "an array",
        < Nil or (>= Str8 and <= Str32) => "a string",
        Nil => "nil",
        False or True => "a boolean",
        >= Bin8 and <= Bin32 => "binary data",
        Float32 or Float64 => "a number with a fraction",
        NeverUsed => "a byte that MessagePack never uses",
        _ => "an extension",
    };
}
