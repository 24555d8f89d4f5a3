import type {
  HookCallbackMatcher,
  HookEvent,
  HookInput,
  HookJSONOutput,
  Options,
} from '@anthropic-ai/claude-agent-sdk';
import { TollgateError } from '@tollgate/contract';
import { fieldOf } from '../shared/field-of.ts';
import { tierIn } from '../shared/service-tier.ts';

type Settings = Exclude<Options['settings'], string | undefined>;
type HooksOption = NonNullable<Options['hooks']>;
type Hook = (input: HookInput, signal: AbortSignal) => Promise<HookJSONOutput>;
export type Hooks = Partial<Record<HookEvent, Hook>>;

/** A bit over 23 days, near the most that a timer takes: an approval waits as long as it waits. */
const WAIT_SECONDS = 2_000_000;

/** Turned on, Claude Code executes tools and asks no hook. */
const BARE = 'CLAUDE_CODE_SIMPLE';

/** @throws TollgateError where an option would take the gate away. */
export function requireGateable(options: Options): void {
  const { extraArgs = {}, permissionPromptToolName } = options;
  const bare = (options.env ?? process.env)[BARE];
  const problem =
    'bare' in extraArgs ||
    (bare !== undefined && !['', '0', 'false', 'no', 'off'].includes(bare.toLowerCase()))
      ? `--bare (${BARE}) switches off the hooks, which are the gate before Claude Code’s own tools`
      : permissionPromptToolName !== undefined || 'permission-prompt-tool' in extraArgs
        ? 'permissionPromptToolName hands permission prompts to a tool, and they are the gate’s to answer'
        : undefined;
  if (problem !== undefined) throw new TollgateError('invalid_request', `${problem}.`);
}

/**
 * The application's settings, and in them that hooks stay on: a settings file can set the process's environment, and this
 * layer goes before all files. A file of the application's own is left as it is; what it switches off is noticed.
 */
export function withHooksOn(settings: Options['settings']): string | Settings {
  const inline = inlineOf(settings);
  if (typeof settings === 'string' && inline === undefined) return settings;
  return { ...inline, env: { ...inline?.env, [BARE]: '0' } };
}

function inlineOf(settings: Options['settings']): Settings | undefined {
  return typeof settings === 'string' ? (parsed(settings) as Settings | undefined) : settings;
}

function parsed(json: string): unknown {
  if (!json.trimStart().startsWith('{')) return undefined;
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** The application's hooks, and ours after them. A failure of ours blocks what it guards; each may take as long as an approval does. */
export function withHooks(theirs: HooksOption = {}, ours: Hooks, heard: () => void): HooksOption {
  const added = Object.entries(ours).map(([event, hook]) => {
    const matcher: HookCallbackMatcher = {
      onFailure: 'block',
      timeout: WAIT_SECONDS,
      hooks: [
        (input, _id, { signal }) => {
          heard();
          return hook(input, signal);
        },
      ],
    };
    return [event, [...(theirs[event as HookEvent] ?? []), matcher]] as const;
  });
  return { ...theirs, ...Object.fromEntries(added) };
}

/** In-process servers whose handlers wait for approvals must not be given up on before those are over. */
export function withPatience(
  servers: Options['mcpServers'],
  names: ReadonlySet<string>,
): Options['mcpServers'] {
  if (servers === undefined) return undefined;
  const patient = Object.entries(servers).map(([name, server]) => [
    name,
    names.has(name) ? { ...server, timeout: WAIT_SECONDS * 1000 } : server,
  ]);
  return Object.fromEntries(patient);
}

/** What Claude Code sends along with each request; the environment that settings give goes before the process's. */
const EXTRA_BODY = 'CLAUDE_CODE_EXTRA_BODY';

/** The service tier that each request asks for. */
export function askedTier({ env = process.env, settings }: Options): string | undefined {
  const body = inlineOf(settings)?.env?.[EXTRA_BODY] ?? env[EXTRA_BODY] ?? '';
  return tierIn(fieldOf(parsed(body), 'service_tier'));
}

/** Whose model it is, in the words of the GenAI conventions: Claude Code's own switches. */
export function providerOf({ env = process.env }: Options): string {
  const on = (name: string) => env[name] === '1' || env[name]?.toLowerCase() === 'true';
  if (on('CLAUDE_CODE_USE_BEDROCK')) return 'aws.bedrock';
  if (on('CLAUDE_CODE_USE_VERTEX')) return 'gcp.vertex_ai';
  if (on('CLAUDE_CODE_USE_FOUNDRY')) return 'azure.ai.inference';
  return 'anthropic';
}
