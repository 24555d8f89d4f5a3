import { Refused, type Run, type RunResult, type Tollgate } from '@tollgate/instrumentation';
import { meterModel } from '@tollgate/instrumentation/ai-sdk';
import { generateText, type StepResult, stepCountIs, type ToolSet } from 'ai';
import type { Scenario } from '../scenario.ts';
import { scriptedModel } from './scripted-model.ts';

export interface Agent {
  readonly tollgate: Tollgate;
  /** The department's tools, each behind the gate. */
  readonly tools: ToolSet;
}

export interface AgentStart {
  readonly initiator: string;
  /** Proves who started the run; without it the initiator is only claimed. */
  readonly initiatorToken?: string | undefined;
  /** Makes the model's response ids unlike those of the same scenario at another time. */
  readonly id: string;
  readonly onStart?: (runId: string) => void;
}

const MAX_STEPS = 12;
/** After these nothing of the run can go on, so asking the model again would only spend money. */
const FINAL_REASONS: readonly string[] = ['over_budget', 'stop_condition', 'workflow_suspended'];

/** One governed run: register, loop between model and gated tools, cite what the answer rests on, seal. */
export function runAgent(
  { tollgate, tools }: Agent,
  scenario: Scenario,
  { initiator, initiatorToken, id, onStart }: AgentStart,
): Promise<RunResult<string>> {
  return tollgate.run({ initiator, initiatorToken, input: scenario.prompt }, async (run) => {
    onStart?.(run.id);
    const model = meterModel(tollgate, scriptedModel(id, scenario.model, scenario.script));
    const { text, steps } = await generateText({
      model,
      tools,
      prompt: scenario.prompt,
      maxRetries: 0,
      stopWhen: [stepCountIs(MAX_STEPS), () => cannotGoOn(run)],
    });
    for (const fact of scenario.facts ?? []) await run.cite(fact);
    if (scenario.escalation !== undefined) {
      await run.escalate(scenario.escalation);
      return text;
    }
    // The model may react to a refusal by doing it another way. If it was the last thing that happened, it ends the run.
    const refusal = refusalOfLastCall(steps);
    if (refusal !== undefined) throw refusal;
    return text;
  });
}

function cannotGoOn(run: Run): boolean {
  return run.refusals().some(({ reason }) => FINAL_REASONS.includes(reason));
}

function refusalOfLastCall(steps: readonly StepResult<ToolSet>[]): Refused | undefined {
  const last = steps.findLast(({ toolCalls }) => toolCalls.length > 0);
  return last?.content
    .flatMap((part) => (part.type === 'tool-error' && part.error instanceof Refused ? [part.error] : []))
    .at(-1);
}
