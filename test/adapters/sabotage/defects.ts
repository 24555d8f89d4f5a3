import { ToolRefused } from '@tollgate/instrumentation';
import type { Scene } from '../driver.ts';
import {
  type Defect,
  directly,
  disobeys,
  tampersWithModels,
  tampersWithTools,
  tampersWithUse,
  ungatedWhen,
} from './tampering.ts';

/** One thing that an adapter could do wrong, and the cases that have to notice. */
export interface Sabotage {
  readonly name: string;
  readonly defect: Defect;
  readonly noticedBy: readonly string[];
}

const refusals: readonly Sabotage[] = (
  [
    ['tool_not_listed', 'unlisted-is-refused'],
    ['tool_blocked', 'blocked-is-refused', 'refusals-are-on-record-with-their-arguments'],
    ['out_of_scope', 'out-of-scope-names-the-field'],
    ['data_not_allowed', 'forbidden-data-is-refused'],
    ['rollback_note_missing', 'rollback-note-required'],
    [
      'approval_refused',
      'declined-is-not-executed',
      'hints-never-lower-a-class',
      'streamed-tool-calls-are-gated',
    ],
    ['approval_expired', 'expired-is-not-executed'],
    ['approval_withdrawn', 'withdrawn-on-abort', 'run-signal-withdraws-what-waits'],
    ['grant_unusable', 'lost-receipt-executes-nothing'],
    ['stop_condition', 'denials-stop-the-run', 'errors-stop-the-run'],
    ['workflow_suspended', 'suspended-refuses-the-tool-itself'],
    ['service_unreachable', 'silent-service-refuses-class-2-and-3'],
    ['evidence_unavailable', 'full-outbox-refuses-class-2'],
    ['arguments_not_i_json', 'not-i-json-never-passes', 'getters-are-read-once'],
  ] as const
).map(([reason, ...noticedBy]) => ({
  name: `takes ${reason} for a yes`,
  defect: disobeys(reason),
  noticedBy,
}));

/** What stops the model as well: only who meters no models either gets as far as the tools. */
const unmetered = tampersWithModels(() => (_, call) => call());

/** Call ids of a run, across its loops. */
const idsOfRuns = new WeakMap<object, Set<string>>();
function idsOf({ run }: Scene): Set<string> {
  const key = run ?? idsOfRuns;
  const ids = idsOfRuns.get(key) ?? new Set();
  idsOfRuns.set(key, ids);
  return ids;
}

const aroundTheGate: readonly Sabotage[] = [
  {
    name: 'hears nothing of a suspension, for models and for tools',
    defect: (scene) => disobeys('workflow_suspended')(unmetered(scene)),
    noticedBy: ['suspended-stops-the-next-call'],
  },
  {
    name: 'goes on after its run has ended',
    defect: (scene) => disobeys('run_sealed')(unmetered(scene)),
    noticedBy: ['after-the-run-is-refused'],
  },
  {
    name: 'takes a hook that fails for one that says go on',
    defect: (scene) => {
      let failed = false;
      const hook = (args: unknown) => {
        try {
          scene.hook?.(args);
        } catch {
          failed = true;
        }
      };
      return ungatedWhen(() => failed)({ ...scene, hook });
    },
    noticedBy: ['failing-hook-does-not-continue'],
  },
  {
    name: 'asks nobody where the framework says yes',
    defect: ungatedWhen((_, { frameworkApproval }) => frameworkApproval === 'says-yes'),
    noticedBy: ['needs-approval-survives-framework-says-yes', 'sub-agent-waits-for-a-person'],
  },
  {
    name: 'gates the agent’s tools and forgets the sub-agent’s',
    defect: ungatedWhen((_, { subAgent }, { name }) => subAgent === true && name !== 'delegate'),
    noticedBy: ['sub-agent-tools-are-gated', 'sub-agent-waits-for-a-person'],
  },
  {
    name: 'gates no calls out of a stream',
    defect: ungatedWhen((_, { stream }) => stream),
    noticedBy: ['streamed-tool-calls-are-gated'],
  },
  {
    name: 'runs what it finds no run for',
    defect: ungatedWhen((_, { run }) => run === undefined),
    noticedBy: ['outside-a-run-is-refused'],
  },
  {
    name: 'runs text that is no arguments',
    defect: ungatedWhen((args) => typeof args !== 'object' || args === null || Array.isArray(args)),
    noticedBy: ['unparsable-arguments-never-pass', 'invalid-arguments-never-pass'],
  },
  {
    name: 'trusts a tool that says that it only reads',
    defect: ungatedWhen((_, _scene, { hints }) => hints?.readOnly === true),
    noticedBy: ['hints-never-lower-a-class'],
  },
  {
    name: 'takes one yes for every call of the turn',
    defect: tampersWithTools((gate, definition) => {
      const gated = gate(definition);
      let yes: Promise<unknown> | undefined;
      return (args, options) => {
        if (yes !== undefined) return directly(definition, args, options);
        yes = gated(args, options);
        return yes;
      };
    }),
    noticedBy: [
      'parallel-calls-each-need-their-own',
      'one-grant-one-execution',
      'twins-in-one-turn-need-two-approvals',
      'edited-arguments-are-a-new-request',
      'parallel-calls-keep-one-whole-chain',
    ],
  },
  {
    name: 'gates one call of each id',
    defect: (scene) => {
      const ids = idsOf(scene);
      return tampersWithTools((gate, definition) => {
        const gated = gate(definition);
        return (args, options) => {
          const id = options.callId ?? '';
          if (ids.has(id)) return directly(definition, args, options);
          ids.add(id);
          return gated(args, options);
        };
      })(scene);
    },
    noticedBy: ['duplicate-call-ids-stay-apart'],
  },
  {
    name: 'runs the tool first, and asks the gate then',
    defect: tampersWithTools((gate, definition) => async (args, options) => {
      const result = await directly(definition, args, options);
      return gate({ ...definition, execute: async () => result })(args, options);
    }),
    noticedBy: ['class-2-intent-before-execution', 'full-outbox-refuses-class-2', 'declined-is-not-executed'],
  },
];

const argumentsAndAnswers: readonly Sabotage[] = [
  {
    name: 'has a copy approved, and runs the original',
    defect: tampersWithTools((gate, definition) => (args, options) => {
      const original: typeof definition.execute = async (_, context) => definition.execute(args, context);
      return gate({ ...definition, execute: original })(structuredClone(args), options);
    }),
    noticedBy: ['approved-arguments-are-executed-arguments'],
  },
  {
    name: 'gives the tool arguments that inherit',
    defect: tampersWithUse((tool) => ({
      ...tool,
      execute: (args, signal) =>
        tool.execute(Object.setPrototypeOf({ ...Object(args) }, { admin: true }), signal),
    })),
    noticedBy: ['prototype-tricks-change-nothing'],
  },
  {
    name: 'rewrites approved arguments',
    defect: tampersWithUse((tool) => ({
      ...tool,
      execute: (args, signal) => tool.execute({ ...Object(args), text: 'x' }, signal),
    })),
    noticedBy: ['what-a-hook-changes-is-what-is-approved', 'approved-is-executed-once'],
  },
  {
    name: 'masks secrets before the approver sees them',
    defect: tampersWithTools((gate, definition) => (args, options) => {
      const masked = JSON.parse(JSON.stringify(args).replaceAll(/sk-[\w-]+/g, '***'));
      return gate(definition)(masked, options);
    }),
    noticedBy: ['secret-arguments-are-shown-to-approver-whole'],
  },
  {
    name: 'trims what the model wrote',
    defect: tampersWithTools((gate, definition) => (args, options) => {
      const trimmed = JSON.parse(JSON.stringify(args), (_, value) =>
        typeof value === 'string' ? value.trim().slice(0, 100_000) : value,
      );
      return gate(definition)(trimmed, options);
    }),
    noticedBy: ['large-and-odd-arguments-round-trip'],
  },
  {
    name: 'forgets what the tool says of itself',
    defect: tampersWithTools((gate, { name, execute }) => gate({ name, execute })),
    noticedBy: [
      'hints-raise-a-class',
      'forbidden-data-is-refused',
      'rollback-note-is-computed-from-the-arguments',
    ],
  },
  {
    name: 'does not tell the gate of the abort',
    defect: tampersWithTools(
      (gate, definition) =>
        (args, { signal: _, ...options }) =>
          Promise.race([gate(definition)(args, options)]),
    ),
    noticedBy: ['abort-reaches-the-tool'],
  },
  {
    name: 'keeps the reason of a refusal to itself',
    defect: tampersWithTools(
      (gate, definition) => (args, options) =>
        gate(definition)(args, options).catch((error: unknown) => {
          throw error instanceof ToolRefused ? new Error('this did not work') : error;
        }),
    ),
    noticedBy: [
      'refusal-reason-reaches-the-model',
      'out-of-scope-names-the-field',
      'expired-is-not-executed',
    ],
  },
  {
    name: 'makes a result of a tool’s error',
    defect: tampersWithUse((tool) => ({
      ...tool,
      execute: (args, signal) =>
        tool.execute(args, signal).catch((error: unknown) => ({ error: String(error) })),
    })),
    noticedBy: ['tool-error-is-a-failed-outcome', 'errors-stop-the-run'],
  },
  {
    name: 'keeps results and errors of tools to itself',
    defect: tampersWithTools((gate, definition) => async (args, options) => {
      await gate(definition)(args, options).catch(() => {});
      return 'ok';
    }),
    noticedBy: [
      'tool-error-reaches-the-model',
      'approved-is-executed-once',
      'class-1-is-recorded-with-arguments-and-result',
    ],
  },
  {
    name: 'asks the gate twice for one call',
    defect: tampersWithTools((gate, definition) => async (args, options) => {
      await gate({ ...definition, execute: async () => null })(args, options);
      return gate(definition)(args, options);
    }),
    noticedBy: ['approver-is-recorded', 'class-1-is-recorded-with-arguments-and-result'],
  },
];

const modelCalls: readonly Sabotage[] = [
  {
    name: 'meters nothing that is streamed',
    defect: tampersWithModels(
      (run, { stream }) =>
        (about, call) =>
          stream ? call() : run.model(about, call),
    ),
    noticedBy: ['streaming-usage-is-metered', 'cached-tokens-are-normalised'],
  },
  {
    name: 'meters nothing of a sub-agent',
    defect: tampersWithModels(
      (run, { subAgent }) =>
        (about, call) =>
          subAgent === true ? call() : run.model(about, call),
    ),
    noticedBy: ['sub-agent-model-calls-are-metered'],
  },
  {
    name: 'reports a call of its own for the parent',
    defect: tampersWithModels((run) => async (about, call) => {
      const report = await run.model(about, call);
      await run.recordModelUsage({ ...about, ...report });
      return report;
    }),
    noticedBy: ['model-calls-are-metered', 'sub-agent-model-calls-are-metered'],
  },
  {
    name: 'keeps what models say to itself',
    defect: tampersWithModels(
      (run) => (about, call) => run.model(about, async () => ({ ...(await call()), output: undefined })),
    ),
    noticedBy: ['model-calls-are-metered', 'streaming-usage-is-metered'],
  },
  {
    name: 'writes zero for unknown',
    defect: tampersWithModels(
      (run) => (about, call) =>
        run.model(about, async () => {
          const report = await call();
          return { ...report, usage: { inputTokens: 0, outputTokens: 0, ...report.usage } };
        }),
    ),
    noticedBy: ['missing-usage-is-unknown-not-zero'],
  },
  {
    name: 'takes a broken-off stream for an answer that cost nothing',
    defect: tampersWithModels(
      (run) => (about, call) =>
        run.model(about, () => call().catch(() => ({ usage: { inputTokens: 0, outputTokens: 0 } }))),
    ),
    noticedBy: ['aborted-stream-is-unknown-not-zero'],
  },
  {
    name: 'counts input without cache reads',
    defect: tampersWithModels(
      (run) => (about, call) =>
        run.model(about, async () => {
          const { usage = {}, ...report } = await call();
          const inputTokens = (usage.inputTokens ?? 0) - (usage.cacheReadTokens ?? 0);
          return { ...report, usage: { ...usage, inputTokens } };
        }),
    ),
    noticedBy: ['cached-tokens-are-normalised'],
  },
  {
    name: 'meters afterwards, when the money is spent',
    defect: tampersWithModels((run) => async (about, call) => {
      const report = await call();
      await run.recordModelUsage({ ...about, ...report });
      return report;
    }),
    noticedBy: [
      'model-over-budget-is-refused',
      'unpriced-model-under-a-cap-is-refused',
      'parallel-model-calls-stay-under-one-cap',
    ],
  },
];

export const SABOTAGE: readonly Sabotage[] = [
  ...refusals,
  ...aroundTheGate,
  ...argumentsAndAnswers,
  ...modelCalls,
];
