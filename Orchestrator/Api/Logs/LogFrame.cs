using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Orchestrator.Api.Http;
using Orchestrator.Model;

namespace Orchestrator.Api.Logs;

/// <summary>How the client wants its lines.</summary>
/// <param name="Framed">false for terminals: bytes as they are</param>
/// <param name="Details">with node, service and task before the text; the CLI builds its prefix from them</param>
internal readonly record struct LogShape(bool Framed, bool Timestamps, bool Details);

/// <summary>One line as one frame: stream, three zeros, length in big endian, payload.</summary>
internal static class LogFrame
{
    private const int HeaderSize = 8;

    /// <summary>Nine digits after the point: the model's time has seven of them.</summary>
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fffffff'00Z '";

    public static void Write(PooledBuffer output, LogLine line, ServiceTask? task, LogShape shape)
    {
        var prefix = Encoding.UTF8.GetBytes(Prefix(line, task, shape));
        if (shape.Framed)
            Header(output, line.Stream, prefix.Length + line.Text.Length);
        Append(output, prefix);
        Append(output, line.Text.Span);
    }

    /// <summary>Ends the client with this text as its error.</summary>
    public static void WriteError(PooledBuffer output, string message)
    {
        var text = Encoding.UTF8.GetBytes(message);
        Header(output, LogStream.System, text.Length);
        Append(output, text);
    }

    private static string Prefix(LogLine line, ServiceTask? task, LogShape shape)
    {
        var time = shape.Timestamps
            ? line.Timestamp.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)
            : "";
        return shape.Details
            ? $"{time}com.docker.swarm.node.id={task?.NodeId?.Value},"
                + $"com.docker.swarm.service.id={task?.ServiceId.Value},"
                + $"com.docker.swarm.task.id={line.TaskId.Value} "
            : time;
    }

    private static void Header(PooledBuffer output, LogStream stream, int length)
    {
        var header = output.GetSpan(HeaderSize);
        header[0] = (byte)stream;
        header[1] = header[2] = header[3] = 0;
        BinaryPrimitives.WriteInt32BigEndian(header[4..], length);
        output.Advance(HeaderSize);
    }

    private static void Append(PooledBuffer output, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(output.GetSpan(bytes.Length));
        output.Advance(bytes.Length);
    }
}
