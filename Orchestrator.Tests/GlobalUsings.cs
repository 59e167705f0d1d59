global using System.Collections.Immutable;
global using NUnit.Framework;
global using TaskStatus = Orchestrator.Model.TaskStatus;
