import { ACTION_NAMES, type DecisionRequest, validateWorkflow, type Workflow } from '@tollgate/contract';
import fc from 'fast-check';

/** Small domains, so that two random files and a random request often meet. */
const words = (...all: string[]) => fc.subarray(all, { minLength: 1 });
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const money = fc.constantFrom('0.1', '0.5', '1', '1.00', '20');
const time = fc.constantFrom('5m', '30m', '1h', '3600s');
const people = words('a@example.com', 'b@example.com', 'group:ops');

const constraint = fc.oneof(
  fc.constant('any'),
  fc.constantFrom(
    { one_of: ['a', 1] },
    { max: 2 },
    { max: 1, optional: true },
    { prefix: 'a' },
    { schema: { type: 'string' } },
  ),
  fc
    .record(
      {
        equals: fc.constantFrom('a', 1),
        one_of: fc.subarray(['a', 'ab', 1, 2], { minLength: 1 }),
        prefix: fc.constantFrom('a', 'ab'),
        pattern: fc.constantFrom('a.*', '.*b'),
        min: fc.integer({ min: 0, max: 3 }),
        max: fc.integer({ min: 0, max: 3 }),
        max_length: fc.integer({ min: 0, max: 3 }),
        schema: fc.constantFrom({ type: 'string' }, { type: 'number' }),
        optional: fc.boolean(),
      },
      { requiredKeys: [] },
    )
    .filter((value) => Object.keys(value).some((key) => key !== 'optional')),
);
const scope = fc.dictionary(fc.constantFrom('x', 'y', 'y.z'), constraint, {
  minKeys: 1,
  noNullPrototype: true,
});
const approval = fc.record({ approvers: people, expires: time, needed: fc.integer({ min: 1, max: 2 }) });

const tool = (name: string) =>
  fc.record({
    name: fc.constant(name),
    action: fc.constantFrom('read', 'create_internal_record', 'update_status', 'deploy'),
    description: optional(fc.constantFrom('one', 'another')),
    reads: fc.subarray(['crm', 'code']),
    scope: optional(scope),
    rollback: optional(fc.constantFrom('undo it', 'undo {x}')),
    approval: optional(approval),
    raise_to: optional(fc.constantFrom(2, 3)),
  });

const content = fc.record(
  {
    capture: fc.constantFrom('full', 'digest', 'off'),
    by_class: fc.record(
      { 1: fc.constantFrom('full', 'off'), 3: fc.constantFrom('full', 'digest') },
      { requiredKeys: [] },
    ),
    mask_secrets: fc.boolean(),
    mask_patterns: fc.subarray(['a+', 'b+']),
    mask_fields: fc.subarray(['arguments.x', 'result.*.y']),
    max_characters: fc.constantFrom(10, 262_144),
  },
  { requiredKeys: [] },
);

/** The fields of a workflow file, each from a small domain; not every combination is a valid file. */
const FIELDS = {
  workflow: fc.constantFrom('w', 'v'),
  description: optional(fc.constantFrom('one', 'another')),
  owner: fc.record({
    name: fc.constantFrom('A', 'B'),
    email: fc.constantFrom('a@example.com', 'b@example.com'),
  }),
  escalation: optional(fc.constant({ name: 'E', email: 'e@example.com' })),
  team: fc.constantFrom('sales', 'ops'),
  data: words('crm', 'code', 'mail'),
  actions: fc.constantFrom(ACTION_NAMES, ACTION_NAMES.slice(0, -1)),
  risks: fc.subarray(['customer', 'production']),
  tools: fc.subarray(['t1', 't2', 't3'], { minLength: 1 }).chain((names) => fc.tuple(...names.map(tool))),
  blocked_tools: fc.subarray(['x1', 'x2']),
  budget: optional(
    fc.record({
      per_call: optional(money),
      per_run: money,
      per_day: optional(money),
      warn_at: fc.subarray([50, 80]),
    }),
  ),
  review: optional(
    fc.record({
      sample_rate: fc.constantFrom(0, 0.1, 1),
      minimum_per_week: fc.nat(2),
      deadline: time,
      reviewers: people,
    }),
  ),
  stops_when: fc.record({
    denials: fc.integer({ min: 1, max: 3 }),
    errors: fc.integer({ min: 1, max: 3 }),
    spend_usd: optional(fc.constantFrom('0.05', '0.1')),
    suspend_workflow: optional(fc.boolean()),
    also: fc.subarray(['when asked', 'when lost']),
  }),
  failure: words('it lies', 'it lingers'),
  rollback: optional(fc.constantFrom('undo', 'undo all')),
  incident: optional(
    fc.record({
      people,
      webhook: optional(fc.constantFrom('https://a.example/', 'https://b.example/')),
      webhook_kind: optional(fc.constantFrom('standard', 'slack')),
      from_severity: optional(fc.constantFrom('info', 'warning', 'critical')),
      suspend_workflow: optional(fc.boolean()),
    }),
  ),
  break_glass: optional(fc.record({ people: words('a@example.com', 'b@example.com'), expires: time })),
  content: optional(content),
  when_service_unreachable: fc.constantFrom('refuse', 'allow_class_1'),
};

/** With what the classes of the tools require, so that most of the random files are valid. */
function complete(fields: Record<string, unknown>): object {
  const tools = (fields['tools'] as Record<string, unknown>[]).map((each) => ({
    ...each,
    scope: each['scope'] ?? (each['action'] === 'read' ? undefined : { x: 'any' }),
    rollback: each['rollback'] ?? (each['action'] === 'read' ? undefined : 'undo it'),
    approval: each['approval'] ?? (each['action'] === 'read' ? undefined : { approvers: ['a@example.com'] }),
    raise_to: each['action'] === 'deploy' ? undefined : each['raise_to'],
  }));
  const review = { sample_rate: 1, deadline: '1h', reviewers: ['a@example.com'] };
  const incident = { people: ['a@example.com'] };
  const missing = { review, incident, rollback: 'undo', budget: { per_run: '1' } };
  const present = Object.fromEntries(Object.entries(fields).filter(([, each]) => each !== undefined));
  return { schema: 'tollgate.workflow/1', ...missing, ...present, tools };
}

function valid(fields: Record<string, unknown>): Workflow | undefined {
  const parsed = validateWorkflow(JSON.parse(JSON.stringify(complete(fields))));
  return parsed.kind === 'valid' ? parsed.workflow : undefined;
}

/** A valid file, and another one that differs from it in one or two sections, or in one field of its tools. */
export const pairs: fc.Arbitrary<{ before: Workflow; after: Workflow }> = fc
  .tuple(
    fc.record(FIELDS),
    fc.record(FIELDS),
    fc.oneof(
      fc.subarray(Object.keys(FIELDS), { minLength: 1, maxLength: 2 }),
      fc.constantFrom('action', 'reads', 'scope', 'argument', 'key', 'rollback', 'approval', 'raise_to'),
    ),
  )
  .map(([first, second, what]) => {
    const change: Record<string, unknown> =
      typeof what === 'string'
        ? { tools: blended(first.tools, second.tools, what) }
        : Object.fromEntries(what.map((key) => [key, second[key as keyof typeof FIELDS]]));
    return { before: valid(first), after: valid({ ...first, ...change }) };
  })
  .filter(
    (pair): pair is { before: Workflow; after: Workflow } =>
      pair.before !== undefined && pair.after !== undefined,
  );

interface ToolFields {
  readonly scope?: Record<string, unknown> | undefined;
  readonly [field: string]: unknown;
}

/** The first list of tools with one field of each, one argument of its scope, or one key of it, as the second has it. */
function blended(first: readonly ToolFields[], second: readonly ToolFields[], what: string): object[] {
  return first.map((one, index) => {
    const other = second[index];
    if (other === undefined) return one;
    if (what !== 'argument' && what !== 'key') return { ...one, [what]: other[what] };
    const [path = 'x'] = Object.keys(other.scope ?? {});
    const [old, now] = [one.scope?.[path], other.scope?.[path]];
    const mixed = what === 'key' && isObject(old) && isObject(now) ? { ...old, ...now } : now;
    return { ...one, scope: { ...one.scope, [path]: mixed } };
  });
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

const VALUES = [undefined, 'a', 'ab', 'b', 'abc', 0, 1, 2, 3, {}, { z: 1 }, { z: 'a' }, { z: 1, q: 2 }];
const calm = { spent_usd: '0', denials: 0, errors: 0, suspended: false };

/** Calls of one tool, with every combination of arguments from a small domain. */
export function callsOf(tool: string): DecisionRequest[] {
  const given = VALUES.flatMap((x) => VALUES.map((y) => ({ x, y })));
  return given.map((args) => ({
    tool,
    arguments: Object.fromEntries(Object.entries(args).filter(([, each]) => each !== undefined)),
    rollback_note: 'undo',
    run: calm,
    service: 'reachable',
  }));
}

/** The same call at other moments of a run, with other hints and other data. */
export function momentsOf(call: DecisionRequest): DecisionRequest[] {
  const runs = ['0', '0.05', '0.1', '0.5', '1', '3'].flatMap((spent_usd) =>
    [0, 1, 2].flatMap((denials) => [0, 1, 2].map((errors) => ({ ...calm, spent_usd, denials, errors }))),
  );
  return [
    ...runs.map((run) => ({ ...call, run })),
    { ...call, run: { ...calm, suspended: true } },
    { ...call, service: 'unreachable' },
    ...['crm', 'code', 'mail'].map((source) => ({ ...call, reads: [source] })),
    ...[{ readOnly: false }, { destructive: true }].map((hints) => ({ ...call, hints })),
  ];
}
