import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { TollgateError } from '@tollgate/contract';
import { z } from 'zod';
import type { Tollgate } from '../../face.ts';
import { ToolRefused } from '../../refused.ts';
import { withRun } from '../../run/active-run.ts';
import type { GovernedRun } from '../../run/governed-run.ts';
import { requireRun } from '../shared/require-run.ts';
import { callTool } from './call-tool.ts';
import { ClientTasks } from './client-tasks.ts';
import { identityOf, type ToolOptions } from './details.ts';
import { openListings, raised, type ToolListings } from './hints.ts';
import { type Around, gateOnce, hearNotification, interceptRequest, replaceMethod } from './intercept.ts';
import { isRecord, OBJECT_ARGUMENTS, refusalResult } from './result.ts';
import { type Sampling, sample } from './sampling.ts';

export interface GateClientOptions extends ToolOptions {
  /** `result` (default): a refusal is a tool result with `isError`, as MCP clients hand it to their model. `throw`: ToolRefused. */
  readonly refusals?: 'result' | 'throw' | undefined;
  /** The host's id of a call, from its params. Default: a new one. */
  readonly callId?: ((params: Readonly<Record<string, unknown>>) => string | undefined) | undefined;
  /** How sampling is metered; `by_handler` where the application's handler calls a metered model itself. */
  readonly sampling?: Sampling | 'by_handler' | undefined;
}

type Request = (message: unknown, schema: unknown, options?: unknown) => Promise<unknown>;

/**
 * The same client, its tool calls behind the gate, whichever of its methods makes them; a tool's annotations may raise
 * its class. Sampling that the server asks for is metered in the run whose tool call is under way.
 * @throws TollgateError where the client is behind a gate already
 */
export function gateClient<C extends Client>(
  tollgate: Tollgate,
  client: C,
  options: GateClientOptions = {},
): C {
  gateOnce(client);
  const runs = new Map<GovernedRun, number>();
  replaceMethod(client, 'request', (original) =>
    gatedRequest(tollgate, original as Request, options, client, runs),
  );
  const sampling = options.sampling ?? {};
  const meter: Around = (request, extra, next) => {
    const run = tollgate.currentRun() === undefined ? onlyRun(runs) : requireRun(tollgate, 'sampling');
    const params = isRecord(request) ? request['params'] : undefined;
    return withRun(run, () =>
      sampling === 'by_handler'
        ? next(request, extra)
        : sample(tollgate, params, sampling, () => next(request, extra)),
    );
  };
  interceptRequest(client, 'sampling/createMessage', meter);
  return client;
}

function gatedRequest(
  tollgate: Tollgate,
  request: Request,
  options: GateClientOptions,
  client: Client,
  runs: Map<GovernedRun, number>,
): Request {
  const tasks = new ClientTasks();
  const listings = followListings(client, request);
  return async (message, schema, given) => {
    const { method, params } = isRecord(message) ? message : {};
    if (method === 'tools/call') {
      const call = { params, schema, given };
      const run = requireRun(tollgate, 'tools/call');
      return counted(runs, run, () => gateCall(tollgate, run, { request, options, listings, tasks }, call));
    }
    const send = () => request(message, schema, given);
    if (typeof method === 'string' && method.startsWith('tasks/')) return tasks.follow(method, params, send);
    const answer = await send();
    if (method === 'tools/list') listings.note(answer);
    return answer;
  };
}

interface Parts {
  readonly request: Request;
  readonly options: GateClientOptions;
  readonly listings: ToolListings;
  readonly tasks: ClientTasks;
}

async function gateCall(
  tollgate: Tollgate,
  run: GovernedRun,
  { request, options, listings, tasks }: Parts,
  call: { readonly params: unknown; readonly schema: unknown; readonly given: unknown },
): Promise<unknown> {
  const params = isRecord(call.params) ? { ...call.params } : {};
  const given = isRecord(call.given) ? call.given : {};
  const name = typeof params['name'] === 'string' ? params['name'] : '(none)';
  const own = identityOf(name, options);
  const args = snapshot(params['arguments']);
  try {
    return await callTool(tollgate, run, {
      tool: { ...own, hints: raised(own.hints, await listings.hintsOf(name)), parameters: OBJECT_ARGUMENTS },
      args,
      callId: options.callId?.(params),
      signal: given['signal'] instanceof AbortSignal ? given['signal'] : undefined,
      execute: ({ args: decided, signal }) =>
        request({ method: 'tools/call', params: { ...params, name, arguments: decided } }, call.schema, {
          ...given,
          signal,
        }),
      begun: tasks.begun,
    });
  } catch (error) {
    // A task's caller waits for a task; the SDK gives it the words of what is thrown.
    const isTask = given['task'] !== undefined || params['task'] !== undefined;
    if (!(error instanceof ToolRefused) || options.refusals === 'throw' || isTask) throw error;
    return refusalResult(error.message);
  }
}

/** As they are now: whoever holds the object can change it while the server is asked what its tools are. */
function snapshot(args: unknown): unknown {
  try {
    return structuredClone(args);
  } catch {
    return args; // nothing that could be JSON; the gate says so, on record
  }
}

/** Listens to the listings that the application asks for, and lists by itself where it has not. */
function followListings(client: Client, request: Request): ToolListings {
  const listings = openListings((cursor) =>
    request({ method: 'tools/list', params: cursor === undefined ? {} : { cursor } }, z.unknown()),
  );
  hearNotification(client, 'notifications/tools/list_changed', () => listings.forget());
  return listings;
}

async function counted<T>(
  runs: Map<GovernedRun, number>,
  run: GovernedRun,
  work: () => Promise<T>,
): Promise<T> {
  runs.set(run, (runs.get(run) ?? 0) + 1);
  try {
    return await work();
  } finally {
    const left = (runs.get(run) ?? 1) - 1;
    if (left === 0) runs.delete(run);
    else runs.set(run, left);
  }
}

/** A server's request does not say which call it belongs to: with several runs on one client, nobody can tell whose it is. */
function onlyRun(runs: ReadonlyMap<GovernedRun, number>): GovernedRun {
  const [run, other] = runs.keys();
  if (run !== undefined && other === undefined) return run;
  throw new TollgateError(
    'invalid_request',
    run === undefined
      ? 'The server asked for sampling while no tool call of a run was under way.'
      : 'The server asked for sampling while several runs used this client: give each run a client of its own.',
  );
}
