import { RULES } from '../check/violation.ts';
import type { SessionResult } from '../session.ts';
import { type KillRow, type Tally, tallyOf } from './tally.ts';

export interface Report extends Tally {
  readonly seed: number;
  readonly seconds: number;
  readonly passed: number;
  readonly failed: number;
  readonly unreached: readonly string[];
  readonly violations: SessionResult['violations'];
}

/** A trial fails with any violation; so does a step that was never reached, and a lane that left something behind. */
export function reportOf(result: SessionResult, seed: number): Report {
  const { facts, violations, unreached, seconds } = result;
  const flawed = new Set(violations.filter(({ trial }) => trial > 0).map(({ trial }) => trial));
  const atTheEnd = violations.filter(({ trial }) => trial === 0).length;
  return {
    ...tallyOf(result),
    seed,
    seconds: Math.round(seconds),
    passed: facts.length - flawed.size,
    failed: flawed.size + atTheEnd + unreached.length,
    unreached,
    violations,
  };
}

export function textOf(report: Report): string {
  const { killed, violations, unreached } = report;
  return [
    'SIGKILL at …                                    agent  service     both',
    ...Object.entries(killed).map(([name, row]) => line(name, row)),
    '',
    ...counts(report),
    '',
    ...Object.entries(RULES).map(([rule, words]) => {
      const found = violations.filter((one) => one.rule === rule).length;
      return `${String(found).padStart(4)} violations: ${words}`;
    }),
    '',
    ...violations.map(({ rule, trial, what }) => `VIOLATION ${rule}, trial ${trial}: ${what}`),
    ...unreached.map((step) => `NEVER REACHED ${step}`),
    `${report.passed} passed, ${report.failed} failed`,
  ].join('\n');
}

function line(name: string, { agent, service, both }: KillRow): string {
  const cells = [agent, service, both].map((count) => String(count).padStart(9));
  return `${name.padEnd(44)}${cells.join('')}`;
}

function counts(report: Report): readonly string[] {
  const { executions, approvals, refusals, left_open: open } = report;
  const list = (of: Readonly<Record<string, number>>) =>
    Object.entries(of)
      .map(([word, count]) => `${word} ${count}`)
      .join(', ');
  return [
    `processes killed             ${report.kills}, in ${report.trials} trials of ${report.seconds} s, seed ${report.seed}`,
    `processes started            ${report.agents} agents, ${report.services} services`,
    `runs                         ${report.runs}, gone on with ${report.resumes} times`,
    `executions                   ${executions.class_3} of class 3, ${executions.class_2} of class 2`,
    `approvals                    ${list(approvals)}`,
    `refusals                     ${list(refusals)}`,
    `unknown outcomes             ${report.unknown_outcomes} (${report.succeeded_and_unknown} of calls whose success is on record as well)`,
    `grants used up, no effect    ${report.consumed_without_effect}`,
    `intents without an end       ${open.class_3} of class 3, ${open.class_2} of class 2, ${open.grants} used-up grants without an intent`,
    `class 2 done once more       ${report.class_2_done_again}, by processes that went on with a run`,
    `records                      ${report.records}; ${report.records_in_outbox_at_death} lay in the outbox when their process was killed, ${report.torn_frames} torn`,
  ];
}
