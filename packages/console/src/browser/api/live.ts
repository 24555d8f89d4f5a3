import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';

/** Which answers a kind of change makes old, by the first part of their query's key. */
const OLD: Readonly<Record<string, string>> = {
  approval: 'approvals',
  flag: 'flags',
  review: 'samples',
  run: 'runs',
  budget: 'budgets',
  suspension: 'workflows',
  workflow: 'workflows',
};

/** Changes that come close together are read once, and a busy service is not asked more often than this. */
const LEAST_PAUSE_MS = 3000;
const FIRST_PAUSE_MS = 200;

let told = false;

/** How long to wait before asking again: what the service tells of needs asking only in case it was missed. */
export const pollEvery = (ms: number): number => (told ? Math.max(ms, 60_000) : ms);

/**
 * Has the service tell what changes, and reads the answers on the page anew that this makes old. Where it cannot be told,
 * pages go on asking by themselves; the browser connects again and says what it heard last.
 */
export function useLiveUpdates(): void {
  const client = useQueryClient();
  useEffect(() => listen(client), [client]);
}

function listen(client: QueryClient): () => void {
  const source = new EventSource('/v1/events');
  const { note, stop } = refresher((key) => void client.invalidateQueries({ queryKey: [key] }));
  source.addEventListener('ready', () => {
    told = true;
  });
  source.addEventListener('reset', () => {
    told = true;
    for (const key of Object.values(OLD)) note(key);
  });
  source.addEventListener('error', () => {
    told = false;
    // The browser gives up where it is refused: the session may be over, and any answer says so.
    if (source.readyState === EventSource.CLOSED) void client.invalidateQueries();
  });
  for (const [kind, key] of Object.entries(OLD)) source.addEventListener(kind, () => note(key));
  return () => {
    source.close();
    stop();
    told = false;
  };
}

/** Gathers what is old, and has it read anew soon, but not again and again. */
export function refresher(
  refresh: (key: string) => void,
  now: () => number = () => performance.now(),
): { note(key: string): void; stop(): void } {
  const old = new Set<string>();
  let last = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const run = () => {
    timer = undefined;
    last = now();
    for (const key of old) refresh(key);
    old.clear();
  };
  return {
    note: (key) => {
      old.add(key);
      timer ??= setTimeout(run, Math.max(FIRST_PAUSE_MS, last + LEAST_PAUSE_MS - now()));
    },
    stop: () => clearTimeout(timer),
  };
}
