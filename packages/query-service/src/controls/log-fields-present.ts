import { seconds } from '../state/time.ts';
import { defineControl, type Finding, type JudgeContext } from './control.ts';
import { exampleRecord } from './examples.ts';
import { isOfCall, RECORDS, type RecordRow, recordRow } from './records.ts';
import { about, policyOf } from './rows.ts';

/** Together with the grace, an hour. */
const STILL_UNDER_WAY = seconds(3540);
const OF_THE_LOG = [
  'run_started',
  'model_called',
  'gate_decided',
  'tool_finished',
  'tool_called',
  'run_sealed',
];

const CALL = { call_id: 'call-1', tool: 'set_status', action_class: 2, enforcement: 'executed' };
const WHOLE = [
  exampleRecord('run_started', { digests: ['input'] }),
  exampleRecord('model_called', { digests: ['input', 'output'], has_cost: true }),
  exampleRecord('gate_decided', { ...CALL, digests: ['arguments'] }),
  exampleRecord('tool_finished', { ...CALL, outcome: 'succeeded', digests: ['result'] }),
  exampleRecord('run_sealed', { final_status: 'completed', digests: ['output'] }),
];
/** A call in one record, as those of class 1 leave. */
const inOne = (call: Partial<RecordRow>) => [
  ...WHOLE.filter(({ kind }) => kind !== 'gate_decided' && kind !== 'tool_finished'),
  exampleRecord('tool_called', { ...CALL, outcome: 'succeeded', digests: ['arguments', 'result'], ...call }),
];
const without = (kind: string, changes: Partial<RecordRow>) =>
  WHOLE.map((each) => (each.kind === kind ? { ...each, ...changes } : each));

export const logFieldsPresent = defineControl({
  control: 'log_fields_present',
  severity: 'warning',
  description:
    'A run’s records hold its input, its output once completed, the cost of every model call, and for each class-2 or class-3 call the decision, the arguments, the outcome and the result. A call of a run that nobody sealed may still be under way for an hour.',
  graceSeconds: 60,
  clears: 'the record that holds the field arrived later',
  query: RECORDS,
  row: recordRow,
  judge: (rows, context) =>
    [...Map.groupBy(rows.filter(isOfTheLog), ({ run_id }) => run_id).values()].flatMap((run) => [
      ...missingOfRun(run, context),
      ...missingOfCalls(run, context),
      ...missingOutcomes(run, context),
    ]),
  examples: {
    passes: [
      { name: 'everything logged', rows: WHOLE },
      { name: 'a class-1 call in one record', rows: inOne({ tool: 'read_ticket', action_class: 1 }) },
      { name: 'no output before the end', rows: WHOLE.slice(0, 1) },
      {
        name: 'a failed call has no result',
        rows: without('tool_finished', { outcome: 'failed', digests: [] }),
      },
      {
        name: 'nor has one of which its process says that nobody knows',
        rows: without('tool_finished', { outcome: 'unknown', digests: [] }),
      },
      {
        name: 'a call that was held back has no outcome',
        rows: without('gate_decided', { enforcement: 'blocked' }).filter(
          ({ kind }) => kind !== 'tool_finished',
        ),
      },
    ],
    fails: [
      { name: 'no input', rows: [exampleRecord('run_started')] },
      {
        name: 'no output',
        rows: [WHOLE[0], exampleRecord('run_sealed', { final_status: 'completed' })].flatMap(
          (each) => each ?? [],
        ),
      },
      { name: 'a model call without cost', rows: without('model_called', { has_cost: false }) },
      { name: 'no arguments', rows: without('gate_decided', { digests: [] }) },
      { name: 'no result', rows: without('tool_finished', { digests: [] }) },
      {
        name: 'a dispatched call of which nothing more was heard, in a run that was sealed',
        rows: WHOLE.filter(({ kind }) => kind !== 'tool_finished'),
      },
      {
        name: 'or in one that nobody sealed',
        rows: WHOLE.filter(({ kind }) => kind !== 'tool_finished' && kind !== 'run_sealed'),
      },
      { name: 'a class-2 call that was decided on together with its outcome', rows: inOne({}) },
      {
        name: 'an outcome of a call that was held back',
        rows: without('gate_decided', { enforcement: 'blocked' }),
      },
      {
        name: 'an end without a decision',
        rows: without('tool_finished', { digests: ['arguments', 'result'] }).filter(
          ({ kind }) => kind !== 'gate_decided',
        ),
      },
    ],
  },
});

const isOfTheLog = ({ kind }: RecordRow) => OF_THE_LOG.includes(kind);

function missingOfRun(run: readonly RecordRow[], context: JudgeContext): Finding[] {
  const has = (field: string) => run.some(({ digests }) => digests.includes(field));
  const completed = run.some(({ final_status }) => final_status === 'completed');
  const uncosted = run.filter(({ kind, has_cost }) => kind === 'model_called' && !has_cost).length;
  return [
    ...(has('input') ? [] : missing(run, context, 'input', 'the input of the run')),
    ...(!completed || has('output') ? [] : missing(run, context, 'output', 'the output of the run')),
    ...(uncosted === 0 ? [] : missing(run, context, 'cost', `the cost of ${uncosted} model calls`)),
  ];
}

function missingOfCalls(run: readonly RecordRow[], context: JudgeContext): Finding[] {
  return [...callsOf(run)].flatMap(([call, records]) => missingOfCall(call, records, context));
}

function callsOf(run: readonly RecordRow[]): ReadonlyMap<string, readonly RecordRow[]> {
  return Map.groupBy(run.filter(isOfCall), ({ call_id, tool }) => `${call_id}:${tool}`);
}

/**
 * A seal comes after the ends of all calls, be they unknown; where there is none, the call may be under way, so the flag
 * waits as long as it takes until the run itself counts as stuck.
 */
function missingOutcomes(run: readonly RecordRow[], context: JudgeContext): Finding[] {
  const isSealed = run.some(({ kind }) => kind === 'run_sealed');
  return [...callsOf(run)]
    .filter(([, records]) => records.some(({ enforcement }) => enforcement === 'executed'))
    .filter(([, records]) => records.every(({ outcome }) => outcome === ''))
    .filter(([, records]) => classOfCall(records, context) >= 2)
    .flatMap(([call]) => missing(run, context, `${call}:outcome`, `the outcome of the call ${call}`))
    .map((finding) => (isSealed ? finding : { ...finding, since: finding.since + STILL_UNDER_WAY }));
}

function missingOfCall(call: string, records: readonly RecordRow[], context: JudgeContext): Finding[] {
  const executed = records.some(({ enforcement, outcome }) => enforcement === 'executed' || outcome !== '');
  if (!executed || classOfCall(records, context) < 2) return [];
  const has = (field: string) => records.some(({ digests }) => digests.includes(field));
  // Class 2 and 3 decide on record before they execute: a decision that came with the outcome is none, nor is one that held it back.
  const decided = records.some(
    ({ kind, enforcement }) => kind === 'gate_decided' && enforcement === 'executed',
  );
  const succeeded = records.some(({ outcome }) => outcome === 'succeeded');
  return [
    ...(decided ? [] : missing(records, context, `${call}:decision`, `the decision on the call ${call}`)),
    ...(has('arguments')
      ? []
      : missing(records, context, `${call}:arguments`, `the arguments of the call ${call}`)),
    ...(!succeeded || has('result')
      ? []
      : missing(records, context, `${call}:result`, `the result of the call ${call}`)),
  ];
}

function classOfCall(records: readonly RecordRow[], context: JudgeContext): number {
  const [first] = records;
  const listed = first && policyOf(first, context)?.allowed_tools.find(({ tool }) => tool === first.tool);
  return Math.max(listed?.action_class ?? 1, ...records.map(({ action_class }) => action_class));
}

/** `since` is the newest record: while more arrive, the missing one may as well. */
function missing(records: readonly RecordRow[], context: JudgeContext, key: string, what: string): Finding[] {
  const newest = records.reduce<RecordRow | undefined>(
    (latest, each) => (latest === undefined || each.since > latest.since ? each : latest),
    undefined,
  );
  if (newest === undefined) return [];
  return [
    { ...about(newest, context), key, summary: `The log does not hold ${what}.`, evidence: { field: key } },
  ];
}
