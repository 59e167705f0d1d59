using System.Text;
using Orchestrator.Consensus.Core;
using Orchestrator.Consensus.Log;

namespace Orchestrator.Tests.Consensus.Log;

/// <summary>What lies on the disk cannot be read without the keys, nor changed unnoticed.</summary>
public sealed class EncryptionTests
{
    private const string Secret = "the password of the registry";

    private TemporaryDirectory _directory = null!;
    private RaftStorageOptions _options = null!;

    [SetUp]
    public void SetUp()
    {
        _directory = new TemporaryDirectory();
        _options = StorageBench.Options(_directory.Path);
    }

    [TearDown]
    public void TearDown() => _directory.Dispose();

    private string Keys => Path.Combine(_directory.Path, DataFiles.Keys);

    [Test]
    public void No_file_shows_what_was_written()
    {
        var secret = Encoding.UTF8.GetBytes(Secret);
        using (var bench = StorageBench.Open(_options))
        {
            bench.Append(1, 1, Secret, Secret);
            bench.WriteSnapshot(1, 1, secret);
            bench.Storage.Save(new Flush { Chunk = StorageBench.Chunks(new LogPosition(9, 1), secret, 4000)[0] });
        }
        var files = Directory.GetFiles(_directory.Path);
        Assert.That(files.Select(Path.GetExtension), Is.SupersetOf(new[] { ".log", ".snap", ".receive" }));
        foreach (var path in files)
            Assert.That(File.ReadAllBytes(path).AsSpan().IndexOf(secret.AsSpan(0, 8)), Is.EqualTo(-1), path);
        Assert.That(File.GetUnixFileMode(Keys), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Test]
    public void The_same_entry_never_has_the_same_bytes_twice()
    {
        var seen = new HashSet<string>();
        for (var i = 0UL; i < 20; i++)
        {
            using var bench = StorageBench.Open(_options);
            bench.Append(1, 1, Secret);
            bench.Append(1, 1, Secret);
            var bytes = File.ReadAllBytes(DataFiles.Segment(_directory.Path, 1));
            var record = bytes.AsSpan(SealedHeader.Size + RecordFormat.HeaderSize, RecordCipher.Overhead + Secret.Length);
            Assert.That(seen.Add(Convert.ToHexString(record[..12])), "the nonce came twice");
            Assert.That(seen.Add(Convert.ToHexString(record[12..])), "the ciphertext came twice");
        }
    }

    [Test]
    public void A_record_that_was_changed_with_a_fitting_checksum_is_refused()
    {
        using var bench = new LogBench();
        bench.Write(["first"], ["secon"], ["third"]);
        var intact = File.ReadAllBytes(bench.Segment(1));
        foreach (var bit in new[] { RecordFormat.HeaderSize, RecordFormat.HeaderSize + 14, 8, 1 })
        {
            File.WriteAllBytes(bench.Segment(1), Forged(intact, SealedHeader.Size, bit));
            Assert.That(bench.Refusal().Message, Does.Contain("index 1").And.Contains("without its key")
                .Or.Contains("term").Or.Contains("kind"), $"byte {bit} of the record");
        }
    }

    [Test]
    public void A_missing_keys_file_is_refused_and_nothing_is_changed()
    {
        using (var bench = StorageBench.Open(_options))
            bench.Append(1, 1, "a");
        File.Delete(Keys);
        RefusesWithoutChange(LogFailure.KeyMissing, "keys is missing");
    }

    [Test]
    public void Keys_of_another_directory_are_refused_and_nothing_is_changed()
    {
        using (var bench = StorageBench.Open(_options))
            bench.Append(1, 1, "a");
        var other = _directory.Child("other");
        StorageBench.Open(_options with { Directory = other }).Dispose();
        File.Copy(Path.Combine(other, DataFiles.Keys), Keys, overwrite: true);
        RefusesWithoutChange(LogFailure.KeyMissing, "does not hold");
    }

    [Test]
    public void A_flipped_bit_anywhere_in_the_keys_file_is_refused()
    {
        using (var bench = StorageBench.Open(_options))
            bench.Append(1, 1, "a");
        Damages.EachByte(Keys, at => Assert.That(() => StorageBench.Open(_options).Dispose(),
            Throws.TypeOf<LogException>().With.Message.Contains(Keys), $"byte {at} went unnoticed"));
    }

    [Test]
    public void No_message_shows_a_key()
    {
        var key = LogKey.Make(bytes => bytes.Fill(0xAB));
        Assert.That($"{key}", Is.EqualTo(typeof(LogKey).FullName));
        Assert.That(key.Id.ToString("x"), Does.Not.Contain("abab"));
    }

    [Test]
    public void A_new_key_is_used_at_once_and_the_old_one_goes_when_no_file_needs_it()
    {
        using (var bench = StorageBench.Open(_options))
        {
            bench.Append(1, 1, "a", "b");
            bench.WriteSnapshot(1, 1, [1]);
            bench.Storage.Rotate();
            Assert.That(bench.Storage.HasOldKeys, Is.True);
            bench.Append(3, 1, "c");
            bench.WriteSnapshot(2, 1, [2]);
            bench.Storage.RemoveThrough(2);
            Assert.That(bench.Storage.HasOldKeys, Is.True, "the older snapshot still needs it");
        }
        using (var again = StorageBench.Open(_options))
        {
            Assert.That(again.Texts, Is.EqualTo(new[] { "a", "b", "c" }));
            again.WriteSnapshot(3, 1, [3]);
            again.Storage.RemoveThrough(3);
            Assert.That(again.Storage.HasOldKeys, Is.False);
        }
        using var last = StorageBench.Open(_options);
        Assert.That(last.Snapshot!.State.ToArray(), Is.EqualTo(new byte[] { 3 }));
        Assert.That(last.Storage.FirstIndex, Is.EqualTo(3));
    }

    [Test]
    public void Keys_change_again_and_again_while_entries_are_written_and_cut()
    {
        var expected = new List<string>();
        for (var life = 0; life < 4; life++)
        {
            using var bench = StorageBench.Open(_options);
            Assert.That(bench.Texts, Is.EqualTo(expected));
            for (var i = 0; i < 12; i++)
            {
                if (i % 3 == 0)
                    bench.Storage.Rotate();
                expected.RemoveRange(expected.Count - Math.Min(expected.Count, i % 2), Math.Min(expected.Count, i % 2));
                expected.AddRange([$"{life}.{i}", "x"]);
                bench.Append((ulong)expected.Count - 1, 1, $"{life}.{i}", "x");
            }
        }
        using var last = StorageBench.Open(_options);
        Assert.That(last.Texts, Is.EqualTo(expected));
    }

    private void RefusesWithoutChange(LogFailure failure, string message)
    {
        var before = Directory.GetFiles(_directory.Path).ToDictionary(path => path, File.ReadAllBytes);
        Assert.That(() => StorageBench.Open(_options), Throws.TypeOf<LogException>()
            .With.Property(nameof(LogException.Failure)).EqualTo(failure).And.Message.Contains(message));
        Assert.That(Directory.GetFiles(_directory.Path).ToDictionary(path => path, File.ReadAllBytes), Is.EqualTo(before));
    }

    /// <summary>Flips a bit of the first record and makes both checksums fit.</summary>
    private static byte[] Forged(byte[] segment, int record, int at)
    {
        var bytes = (byte[])segment.Clone();
        bytes[record + at] ^= 2;
        RecordFormat.TryReadHeader(segment.AsSpan(record), out var header);
        var stored = bytes.AsSpan(record + RecordFormat.HeaderSize, header.StoredLength);
        BitConverter.TryWriteBytes(bytes.AsSpan(record + 32), Crc32C.Of(stored));
        BitConverter.TryWriteBytes(bytes.AsSpan(record + 36), Crc32C.Of(bytes.AsSpan(record, 36)));
        return bytes;
    }
}
