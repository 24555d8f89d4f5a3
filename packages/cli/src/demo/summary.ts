import Table from 'cli-table3';
import type { DemoCost, DemoResult } from './demo-result.ts';

const WIDTH = 64;
const SEVERITIES = ['critical', 'warning', 'info'];

/** The demo's result as tables for a terminal: runs, costs, flags, and what waits for a person. */
export function demoSummary({
  runs,
  costs,
  flags,
  waiting,
}: Pick<DemoResult, 'runs' | 'costs' | 'flags' | 'waiting'>): string {
  const scenarioOf = (run_id: string | null) => runs.find((run) => run.run_id === run_id)?.scenario ?? '';
  return [
    section(
      'Runs',
      table(
        ['run', 'status', 'model calls', 'cost (USD)', 'what there is to see'],
        runs.map((run) => [run.scenario, run.status, String(run.calls), amount(run), wrap(run.story)]),
      ),
    ),
    section(
      'Costs by workflow',
      table(
        ['workflow', 'model calls', 'unpriced', 'cost (USD)'],
        costs.map((cost) => [cost.workflow, String(cost.calls), String(cost.unpriced_calls), amount(cost)]),
      ),
    ),
    section(
      'Flags',
      table(
        ['severity', 'control', 'run', 'why'],
        [...flags]
          .sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity))
          .map((flag) => [
            flag.severity,
            flag.control,
            scenarioOf(flag.run_id) || flag.workflow,
            wrap(flag.summary),
          ]),
      ),
    ),
    section(
      'Waiting for a person',
      table(
        ['tool', 'run', 'workflow', 'expires'],
        waiting.map((each) => [each.tool, scenarioOf(each.run_id), each.workflow, each.expires_at]),
      ),
    ),
  ].join('\n\n');
}

function section(title: string, body: string): string {
  return `${title}\n${body}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '(none)';
  const drawn = new Table({ head: [...head], style: { head: [], border: [], compact: true } });
  drawn.push(...rows.map((row) => [...row]));
  return drawn.toString();
}

/** Unknown is not zero: what has unpriced calls costs at least the sum, and says so. */
function amount({ cost_usd, unpriced_calls, calls }: DemoCost): string {
  if (unpriced_calls === 0) return cost_usd;
  return unpriced_calls === calls ? 'unknown' : `${cost_usd} + ${unpriced_calls} unpriced`;
}

/** Breaks a sentence into lines of `WIDTH` characters. Control characters become spaces: a summary may quote an agent. */
function wrap(text: string): string {
  const lines = [''];
  for (const word of text.replace(/\p{Cc}+/gu, ' ').split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + word.length >= WIDTH) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.join('\n');
}
