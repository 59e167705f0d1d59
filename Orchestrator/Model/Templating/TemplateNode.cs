namespace Orchestrator.Model.Templating;

/// <summary>A parsed piece of a template.</summary>
/// <param name="Position">where it starts in the text, from 0</param>
internal abstract record TemplateNode(int Position)
{
    public abstract string Text(TemplateContext context);

    /// <summary>Everything but the whole label map is text.</summary>
    public virtual bool IsMap => false;
}

internal sealed record Literal(string Value, int Position) : TemplateNode(Position)
{
    public override string Text(TemplateContext context) => Value;
}

internal sealed record TextField(Func<TemplateContext, string> Read, int Position) : TemplateNode(Position)
{
    public override string Text(TemplateContext context) => Read(context);
}

/// <summary>All labels; shown as Go shows a map.</summary>
internal sealed record LabelMap(int Position) : TemplateNode(Position)
{
    public override bool IsMap => true;

    public override string Text(TemplateContext context) =>
        $"map[{string.Join(' ', context.ServiceLabels.Select(label => $"{label.Key}:{label.Value}"))}]";
}

/// <summary><c>.Service.Labels.name</c>: a service without that label is an error.</summary>
internal sealed record LabelField(string Name, int Position) : TemplateNode(Position)
{
    public override string Text(TemplateContext context) => context.ServiceLabels.TryGetValue(Name, out var value)
        ? value
        : throw new TemplateException($"the service has no label \"{Name}\"", Position);
}

/// <summary><c>index .Service.Labels "name"</c>: nothing when the service lacks it, as in Go.</summary>
internal sealed record IndexCall(TemplateNode Name, int Position) : TemplateNode(Position)
{
    public override string Text(TemplateContext context) =>
        context.ServiceLabels.GetValueOrDefault(Name.Text(context), "");
}

/// <summary><c>join "separator" a b …</c></summary>
internal sealed record JoinCall(ImmutableArray<TemplateNode> Arguments, int Position) : TemplateNode(Position)
{
    public override string Text(TemplateContext context) =>
        string.Join(Arguments[0].Text(context), Arguments.Skip(1).Select(argument => argument.Text(context)));
}
