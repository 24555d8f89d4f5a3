import { TollgateError } from '@tollgate/contract';
import type { Deps } from '../deps.ts';
import type { Outlet } from '../http/stream-route.ts';
import { visibleTeams } from '../identity/allows.ts';
import type { Identity } from '../identity/identity.ts';
import type { Listener } from '../state/signals.ts';
import { EVENTS_TOPIC, journalRange, readJournal } from './journal.ts';
import { takeSeat } from './seats.ts';
import { closing, eventFrame, HEARTBEAT, opening } from './sse.ts';

interface Watching {
  readonly deps: Pick<Deps, 'control' | 'settings'>;
  /** Whose stream it is. */
  readonly person: string;
  /** Undefined: from now on. */
  readonly after: number | undefined;
  /** The kinds that whoever watches now wants, and may know of. */
  readonly kindsFor: (identity: Identity) => readonly string[];
  readonly workflow: string | undefined;
  /** Who watches, found out anew: undefined once the right is lost. */
  readonly identify: () => Promise<Identity | undefined>;
  readonly outlet: Outlet;
  readonly signal: AbortSignal;
}

/** What is read and written at once: the most that a client's place in memory holds. */
const PAGE = 200;
const HEARTBEAT_MS = 10_000;

/**
 * Tells one client what changes until it goes, its right does, or the service drains. Who it is is asked anew before
 * each page, and at each heartbeat; nothing is read while the client has not taken what was written.
 * @throws TollgateError `too_many_requests` where too many wait already
 */
export async function watch(watching: Watching): Promise<void> {
  const { control } = watching.deps;
  const leave = takeSeat(control, watching.person);
  const listener = control.signals.listen(EVENTS_TOPIC);
  try {
    if (listener === undefined) throw new TollgateError('too_many_requests');
    await tell(watching, listener);
  } finally {
    listener?.stop();
    leave();
  }
}

async function tell(watching: Watching, listener: Listener): Promise<void> {
  const { deps, outlet, signal, identify } = watching;
  const { before, newest } = await journalRange(deps.control);
  const complete = watching.after === undefined || (watching.after >= before && watching.after <= newest);
  let at = complete ? (watching.after ?? newest) : newest;
  await outlet.write(opening(at, complete));
  const until = performance.now() + deps.settings.stream_seconds * 1000;
  while (!signal.aborted && outlet.open && performance.now() < until) {
    const identity = await identify();
    if (identity === undefined) return void (await outlet.write(closing('right_lost')));
    const page = await nextPage(watching, identity, at);
    at = page.at;
    if (page.text !== '') await outlet.write(page.text);
    if (page.more) continue;
    const rest = Math.max(0, until - performance.now());
    const woken = await listener.wait(Math.min(HEARTBEAT_MS, rest), signal);
    if (woken === 'over' && !signal.aborted) await outlet.write(HEARTBEAT);
  }
  if (outlet.open) await outlet.write(closing(signal.aborted ? 'draining' : 'renew'));
}

async function nextPage({ deps, kindsFor, workflow }: Watching, identity: Identity, after: number) {
  const { newest } = await journalRange(deps.control);
  if (newest <= after) return { at: after, text: '', more: false };
  const wanted = { after, until: newest, workflow, limit: PAGE };
  const entries = await readJournal(deps.control, {
    ...wanted,
    kinds: kindsFor(identity),
    teams: visibleTeams(identity),
  });
  const more = entries.length === PAGE;
  return {
    at: more ? (entries.at(-1)?.position ?? newest) : newest,
    text: entries.map(eventFrame).join(''),
    more,
  };
}
