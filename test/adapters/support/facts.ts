import { strict as assert } from 'node:assert';
import { CONTENT, canonicalJson, type EvidenceRecord, saltedDigest } from '@tollgate/contract';
import type { StoredSpan } from '../../../packages/instrumentation/test/support/spans.ts';
import type { Told } from './story.ts';
import type { Execution } from './workshop.ts';

/** A class-1 call that is over at once leaves one record, which is its ruling and its end. */
const IN_ONE = 'tool_called';

/** The gate's rulings on a tool, in order. */
export function rulings({ records }: Told, tool: string): readonly EvidenceRecord[] {
  return records.filter(({ kind, tool: of }) => (kind === 'gate_decided' || kind === IN_ONE) && of === tool);
}

export function enforcements(told: Told, tool: string): readonly string[] {
  return rulings(told, tool).map(({ enforcement, reason }) => `${enforcement} ${reason}`);
}

/** The spans of the tool's permits: what the gate let through, with the arguments it let through. */
export function permits({ spans }: Told, tool: string): readonly StoredSpan[] {
  return spans.filter(({ record }) => record.tool === tool && record.enforcement === 'executed');
}

export function finished({ spans }: Told, tool: string): readonly StoredSpan[] {
  return spans.filter(
    ({ record: { kind, tool: of } }) => (kind === 'tool_finished' || kind === IN_ONE) && of === tool,
  );
}

export function modelCalls({ spans }: Told): readonly StoredSpan[] {
  return spans.filter(({ record }) => record.kind === 'model_called');
}

/** What the model got to read of a call. */
export function readOf({ transcript }: Told, id: string): string {
  const found = transcript.results.find((result) => result.id === id);
  assert.ok(found, `the model got to read nothing of call ${id}`);
  return found.text;
}

/** Content of a span, whose salted digest is in the record of the chain. */
export function content({ attributes, record }: StoredSpan, field: 'arguments' | 'result'): unknown {
  const text = attributes[CONTENT[field]];
  assert.ok(text !== undefined, `the evidence holds no ${field}`);
  const nonces: Record<string, string> = JSON.parse(attributes[CONTENT.nonces] ?? '{}');
  assert.equal(saltedDigest(nonces[field] ?? '', text), record.digests?.[field]);
  return JSON.parse(text);
}

/** Whether a result on record holds this value: as it is, or in the envelope that the framework puts around it, be it as text. */
export function holds(recorded: unknown, value: unknown): boolean {
  if (recorded === undefined) return false;
  if (canonicalJson(recorded) === canonicalJson(value)) return true;
  if (typeof recorded === 'string') return holdsAsText(recorded, value);
  if (typeof recorded !== 'object' || recorded === null) return false;
  return Object.values(recorded).some((part) => holds(part, value));
}

function holdsAsText(text: string, value: unknown): boolean {
  if (!/^[[{"]/.test(text)) return false;
  try {
    return holds(JSON.parse(text), value);
  } catch {
    return false;
  }
}

/** Nothing of these tools ran. */
export function assertNotExecuted(executions: readonly Execution[], ...tools: readonly string[]): void {
  assert.deepEqual(
    executions.filter(({ tool }) => tools.includes(tool)).map(({ tool, args }) => ({ tool, args })),
    [],
    'a tool ran that must not have run',
  );
}

export function assertExecuted(
  executions: readonly Execution[],
  tool: string,
  args: readonly unknown[],
): void {
  assert.deepEqual(
    executions.filter((execution) => execution.tool === tool).map((execution) => execution.args),
    args,
    `${tool} did not run with exactly these arguments`,
  );
}

/**
 * Whatever else a case is about: each execution has a permit of its own on record with the very arguments, and an outcome, and
 * no permit stands without its execution. Order within one tool is not compared, since parallel calls have none.
 */
export function assertAllGated(told: Told, executions: readonly Execution[]): void {
  for (const tool of new Set(executions.map((execution) => execution.tool))) {
    const ran = executions.filter((execution) => execution.tool === tool);
    const allowed = permits(told, tool).map((span) => canonicalJson(content(span, 'arguments')));
    assert.deepEqual(
      allowed.toSorted(),
      ran.map(({ args }) => canonicalJson(args)).toSorted(),
      `${tool} ran without a permit for these arguments, or a permit stands without its execution`,
    );
    assert.equal(finished(told, tool).length, ran.length, `${tool} has executions without an outcome`);
  }
}
