using System.Text.Json.Serialization;

namespace Orchestrator.Cli.Specs;

[JsonSerializable(typeof(string[]))]
internal sealed partial class TextListJson : JsonSerializerContext;
