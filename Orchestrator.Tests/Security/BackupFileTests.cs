using System.Buffers.Binary;
using System.Security.Cryptography;
using Orchestrator.Security;

namespace Orchestrator.Tests.Security;

public sealed class BackupFileTests
{
    private const string Passphrase = "correct horse";
    private const int Limit = 8 * 1024 * 1024;

    [TestCase(0), TestCase(1), TestCase(BackupFrame.Size - 1), TestCase(BackupFrame.Size), TestCase(BackupFrame.Size + 1)]
    [TestCase(3 * BackupFrame.Size)]
    public async Task What_was_written_is_read_with_the_same_passphrase(int length)
    {
        var content = Content(length);
        var read = await ReadAsync(await WriteAsync(content));
        Assert.That(read.Span.SequenceEqual(content));
    }

    [Test]
    public async Task A_real_backup_takes_as_many_rounds_as_it_says_and_shows_nothing_of_its_content()
    {
        var content = new byte[1000];
        using var key = BackupKey.Create(Passphrase, AtRestCipher.SecureRandom);
        var file = await WriteAsync(content, key);
        Assert.That(BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(12)), Is.GreaterThanOrEqualTo(600_000));
        Assert.That(file.AsSpan().IndexOf(new byte[20]), Is.EqualTo(-1));
        Assert.That((await ReadAsync(file)).Span.SequenceEqual(content));
        var first = await WriteAsync(content);
        Assert.That(await WriteAsync(content), Is.Not.EqualTo(first), "each file has its own salt");
    }

    [Test]
    public async Task Every_flipped_bit_is_noticed()
    {
        var file = await WriteAsync(Content(100));
        for (var at = 0; at < file.Length; at++)
        {
            var changed = file.ToArray();
            changed[at] ^= (byte)(1 << (at % 8));
            var fault = await FaultAsync(changed);
            var expected = at switch
            {
                < 8 => Is.EqualTo(BackupFault.NotABackup),
                < 12 => Is.EqualTo(BackupFault.NewerVersion),
                _ => Is.EqualTo(BackupFault.Changed).Or.EqualTo(BackupFault.CutShort),
            };
            Assert.That(fault, expected, $"byte {at}");
        }
    }

    [Test]
    public async Task A_file_that_ends_early_anywhere_is_cut_short()
    {
        var file = await WriteAsync(Content(BackupFrame.Size + 10));
        foreach (var length in Enumerable.Range(8, 70).Append(BackupFrame.Size).Append(file.Length - 30).Append(file.Length - 1))
            Assert.That(await FaultAsync(file[..length]), Is.EqualTo(BackupFault.CutShort), $"{length} bytes");
        Assert.That(await FaultAsync([]), Is.EqualTo(BackupFault.NotABackup));
        Assert.That(await FaultAsync([.. file, 0]), Is.EqualTo(BackupFault.Changed));
    }

    [Test]
    public async Task Pieces_that_are_missing_doubled_moved_or_of_another_file_are_noticed()
    {
        var content = Content(4 * BackupFrame.Size);
        var file = await WriteAsync(content);
        var other = await WriteAsync(content);
        var (header, pieces) = Split(file);
        var (_, others) = Split(other);
        byte[][][] wrongs =
        [
            [pieces[0], pieces[2], pieces[3]],
            [pieces[0], pieces[0], pieces[1], pieces[2], pieces[3]],
            [pieces[1], pieces[0], pieces[2], pieces[3]],
            [pieces[0], others[1], pieces[2], pieces[3]],
            [pieces[3]],
        ];
        foreach (var wrong in wrongs)
            Assert.That(await FaultAsync([.. header, .. wrong.SelectMany(piece => piece)]), Is.EqualTo(BackupFault.Changed));
        // The end is where the writer said so: a piece cannot be made the last one.
        var shortened = pieces[1].ToArray();
        shortened[3] |= 0x80;
        Assert.That(await FaultAsync([.. header, .. pieces[0], .. shortened]), Is.EqualTo(BackupFault.Changed));
    }

    [Test]
    public async Task Another_passphrase_a_foreign_file_and_a_large_one_are_told_apart()
    {
        var file = await WriteAsync(Content(2000));
        Assert.That(await FaultAsync(file, "wrong horse"), Is.EqualTo(BackupFault.WrongPassphrase));
        Assert.That(await FaultAsync(RandomNumberGenerator.GetBytes(500)), Is.EqualTo(BackupFault.NotABackup));
        Assert.That(async () => await BackupFile.ReadAsync(new MemoryStream(file), Passphrase, 1999, default),
            Throws.TypeOf<BackupException>().With.Property("Fault").EqualTo(BackupFault.TooLarge));
    }

    private static (byte[] Header, byte[][] Pieces) Split(byte[] file)
    {
        var pieces = new List<byte[]>();
        for (var at = BackupKey.HeaderSize; at < file.Length;)
        {
            var length = BackupFrame.PrefixSize + BackupFrame.LengthOf(file.AsSpan(at))!.Value;
            pieces.Add(file[at..(at + length)]);
            at += length;
        }
        return (file[..BackupKey.HeaderSize], [.. pieces]);
    }

    private static async Task<BackupFault> FaultAsync(byte[] file, string passphrase = Passphrase) =>
        (await Assert.ThrowsAsync<BackupException>(() => ReadAsync(file, passphrase)))!.Fault;

    private static Task<ReadOnlyMemory<byte>> ReadAsync(byte[] file, string passphrase = Passphrase) =>
        BackupFile.ReadAsync(new MemoryStream(file), passphrase, Limit, default);

    /// <summary>With one round only: thousands of files are read here.</summary>
    private static async Task<byte[]> WriteAsync(byte[] content)
    {
        using var key = BackupKey.Create(Passphrase, AtRestCipher.SecureRandom, rounds: 1);
        return await WriteAsync(content, key);
    }

    private static async Task<byte[]> WriteAsync(byte[] content, BackupKey key)
    {
        using var file = new MemoryStream();
        await BackupFile.WriteAsync(file, content, key, default);
        return file.ToArray();
    }

    private static byte[] Content(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }
}
