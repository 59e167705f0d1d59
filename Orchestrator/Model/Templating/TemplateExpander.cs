namespace Orchestrator.Model.Templating;

/// <summary>
/// The templates of docker's services: the part of Go's text/template that makes sense there. Fields, <c>index</c>,
/// <c>join</c>, pipes, parentheses, comments and trim markers; no conditions and loops.
/// </summary>
public static class TemplateExpander
{
    /// <summary>
    /// What is wrong with the template; null when it can be filled in (given that the labels it names exist).
    /// </summary>
    public static string? Validate(string text)
    {
        try
        {
            Parse(text);
            return null;
        }
        catch (TemplateException e)
        {
            return e.Message;
        }
    }

    /// <summary>What is wrong with the first bad template of the spec, and where; null when all are good.</summary>
    public static string? Validate(ContainerSpec spec)
    {
        try
        {
            ContainerTemplates.Map(spec, text =>
            {
                Parse(text);
                return text;
            });
            return null;
        }
        catch (TemplateException e)
        {
            return e.Message;
        }
    }

    /// <exception cref="TemplateException">the template is wrong, or names a label that the service lacks</exception>
    public static string Expand(string text, TemplateContext context)
    {
        var nodes = Parse(text);
        return nodes is [Literal only] ? only.Value : string.Concat(nodes.Select(node => node.Text(context)));
    }

    /// <summary>
    /// Fills in the values of the environment, the hostname, and of each mount source, target, volume labels and
    /// values of driver options. Nothing else holds templates.
    /// </summary>
    /// <exception cref="TemplateException">as <see cref="Expand(string, TemplateContext)"/>; says which
    /// setting</exception>
    public static ContainerSpec Expand(ContainerSpec spec, TemplateContext context) =>
        ContainerTemplates.Map(spec, text => Expand(text, context));

    private static ImmutableArray<TemplateNode> Parse(string text) =>
        text.Contains("{{", StringComparison.Ordinal) ? TemplateText.Parse(text) : [new Literal(text, 0)];
}
