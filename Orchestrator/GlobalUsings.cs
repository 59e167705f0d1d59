global using System.Collections.Immutable;

// The model's word for a task's observed state wins over the runtime library's type of the same name.
global using TaskStatus = Orchestrator.Model.TaskStatus;
