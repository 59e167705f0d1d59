using System.Reflection;
using System.Runtime.CompilerServices;

namespace Orchestrator.Tests.Serialization;

/// <summary>Questions about a property that the rules for records ask.</summary>
internal static class Rules
{
    public static bool IsRequired(PropertyInfo member) => member.IsDefined(typeof(RequiredMemberAttribute));

    public static bool IsNullableReference(PropertyInfo member) =>
        !member.PropertyType.IsValueType
        && new NullabilityInfoContext().Create(member).ReadState == NullabilityState.Nullable;
}
