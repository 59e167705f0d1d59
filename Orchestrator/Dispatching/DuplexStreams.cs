namespace Orchestrator.Dispatching;

/// <summary>Both directions of one HTTP/2 stream.</summary>
internal sealed record DuplexStreams(Stream Input, Stream Output);
