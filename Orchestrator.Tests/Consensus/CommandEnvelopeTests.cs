using Orchestrator.Consensus;
using ForAll = FsCheck.NUnit.PropertyAttribute;

#pragma warning disable NUnit1027 // FsCheck supplies the arguments; the analyzer knows only NUnit's own attributes.

namespace Orchestrator.Tests.Consensus;

public sealed class CommandEnvelopeTests
{
    [ForAll]
    public bool What_is_written_is_read(ulong client, ulong sequence, bool retry, byte[] command)
    {
        var envelope = new CommandEnvelope
        {
            Client = new UInt128(client, ~client),
            Born = sequence ^ client,
            Sequence = sequence,
            LowestOutstanding = sequence / 2,
            IsRetry = retry,
            FenceTerm = client / 3,
            Command = command,
        };
        var read = CommandEnvelope.Decode(envelope.Encode());
        return read with { Command = default } == envelope with { Command = default }
            && read.Command.Span.SequenceEqual(command);
    }

    [Test]
    public void Every_cut_of_an_envelope_is_refused()
    {
        var bytes = new CommandEnvelope { Client = 1, Sequence = 1, Command = default }.Encode();
        for (var length = 0; length < bytes.Length; length++)
            Assert.That(() => CommandEnvelope.Decode(bytes.AsMemory(0, length)), Throws.TypeOf<InvalidDataException>());
    }
}
