export type {
  BudgetWarning,
  CallOptions,
  Escalation,
  Fact,
  GatedTool,
  ModelCall,
  ModelReport,
  ModelUsage,
  ModelUsageReport,
  Parameters,
  ResumeOptions,
  Run,
  RunOptions,
  RunResult,
  ShutdownReport,
  StartOptions,
  Tollgate,
  ToolContext,
  ToolDefinition,
  WorkflowSource,
} from './face.ts';
export { GATE_STEP_CHANNEL, GATE_STEPS, type GateStep, type GateStepMessage } from './gate/steps.ts';
export { ModelRefused, type Refusal, Refused, ToolRefused } from './refused.ts';
export { start } from './start.ts';
