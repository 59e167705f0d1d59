using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Orchestrator.Cli.Rendering;

/// <summary>A parsed <c>--format</c> template: the useful part of Go's text templates, applied to JSON
/// values.</summary>
public sealed class TextTemplate
{
    private readonly IReadOnlyList<TemplateNode> _nodes;

    private TextTemplate(IReadOnlyList<TemplateNode> nodes) => _nodes = nodes;

    /// <exception cref="TemplateException">says where and what</exception>
    public static TextTemplate Parse(string template) => new(TemplateParser.Parse(template));

    /// <exception cref="TemplateException">a field that <paramref name="schema"/> does not have</exception>
    public string Render(JsonNode? value, TemplateSchema schema)
    {
        var output = new StringBuilder();
        var root = new TemplateValue(value, schema);
        new Run(root, output).Write(_nodes, root);
        return output.ToString();
    }

    private readonly record struct TemplateValue(JsonNode? Node, TemplateSchema Schema);

    private sealed class Run(TemplateValue root, StringBuilder output)
    {
        private readonly Dictionary<string, TemplateValue> _variables = new(StringComparer.Ordinal) { [""] = root };

        public void Write(IReadOnlyList<TemplateNode> nodes, TemplateValue dot)
        {
            foreach (var node in nodes)
            {
                switch (node)
                {
                    case TextNode text:
                        output.Append(text.Text);
                        break;
                    case OutputNode value:
                        output.Append(TemplateValues.ToText(Evaluate(value.Value, dot).Node));
                        break;
                    case BlockNode block:
                        WriteBlock(block, dot);
                        break;
                    default:
                        throw new System.Diagnostics.UnreachableException();
                }
            }
        }

        private void WriteBlock(BlockNode block, TemplateValue dot)
        {
            var value = Evaluate(block.Condition, dot);
            if (!TemplateValues.IsTrue(value.Node))
                Write(block.Else, dot);
            else if (block.Kind == BlockKind.Range)
                WriteEach(block, value);
            else
                Write(block.Then, block.Kind == BlockKind.With ? value : dot);
        }

        private void WriteEach(BlockNode block, TemplateValue list)
        {
            var keys = list.Node is JsonObject map
                ? map.Select(pair => (JsonNode?)pair.Key).ToList()
                : Enumerable.Range(0, TemplateValues.Count(list.Node)).Select(i => (JsonNode?)i).ToList();
            var elements = TemplateValues.Elements(list.Node).ToList();
            for (var i = 0; i < elements.Count; i++)
            {
                var element = new TemplateValue(elements[i], list.Schema.Element ?? TemplateSchema.Open);
                if (block.Variables.Count > 0)
                    _variables[block.Variables[^1]] = element;
                if (block.Variables.Count > 1)
                    _variables[block.Variables[0]] = new TemplateValue(keys[i], TemplateSchema.Open);
                Write(block.Then, element);
            }
        }

        private TemplateValue Evaluate(TemplateExpression expression, TemplateValue dot) => expression switch
        {
            LiteralExpression literal => new(ToNode(literal.Value), TemplateSchema.Open),
            FieldExpression field => Walk(RootOf(field, dot), field.Path, field.Position),
            MemberExpression member => Walk(Evaluate(member.Of, dot), member.Path, member.Position),
            CallExpression call => new(
                TemplateFunctions.Call(call, call.Arguments.Select(argument => Evaluate(argument, dot).Node).ToList()),
                TemplateSchema.Open),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

        private TemplateValue RootOf(FieldExpression field, TemplateValue dot)
        {
            if (field.Root is null)
                return dot;
            return _variables.TryGetValue(field.Root, out var value)
                ? value
                : throw new TemplateException($"unknown variable ${field.Root}", field.Position);
        }

        private static JsonNode? ToNode(object literal) => literal switch
        {
            string text => text,
            bool flag => flag,
            decimal number => number,
            _ => Convert.ToString(literal, CultureInfo.InvariantCulture),
        };

        private static TemplateValue Walk(TemplateValue value, IReadOnlyList<string> path, int position)
        {
            foreach (var field in path)
            {
                var schema = value.Schema.Member(field)
                    ?? throw new TemplateException(Unknown(field, value.Schema), position);
                value = new TemplateValue(value.Node is JsonObject map ? map[field] : null, schema);
            }
            return value;
        }

        private static string Unknown(string field, TemplateSchema schema)
        {
            if (schema.Element is not null)
                return $"a list has no field \"{field}\": use {{{{range}}}} or {{{{index}}}}";
            var hint = Suggestions.DidYouMean(field, schema.Fields) is { } meant ? $"{meant} " : "";
            return $"there is no field \"{field}\". {hint}Fields: {string.Join(", ", schema.Fields)}";
        }
    }
}
