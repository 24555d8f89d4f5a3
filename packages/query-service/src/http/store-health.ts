import { setTimeout as sleep } from 'node:timers/promises';
import type { Deps } from '../deps.ts';
import type { ControlState } from '../state/change.ts';

type HealthDeps = Pick<Deps, 'control' | 'store'>;

const LIMIT_MS = 2000;

/** Whether both stores answer, within two seconds. */
export async function storeHealth(deps: HealthDeps): Promise<{ control: boolean; store: boolean }> {
  const [control, store] = await Promise.all([
    inTime(controlAnswers(deps.control)),
    inTime(answers(storeAnswers(deps))),
  ]);
  return { control, store };
}

/** Whoever asks while a question is open waits for that one: a database that hangs is not asked again and again. */
const open = new WeakMap<ControlState, Promise<boolean>>();

function controlAnswers(control: ControlState): Promise<boolean> {
  const asked = open.get(control);
  if (asked !== undefined) return asked;
  const answer = answers(control.db.selectFrom('state_values').select('name').limit(1).execute());
  open.set(control, answer);
  return answer.finally(() => open.delete(control));
}

async function storeAnswers({ store }: HealthDeps): Promise<void> {
  const result = await store.reader.query({
    query: 'SELECT 1',
    format: 'JSONEachRow',
    abort_signal: AbortSignal.timeout(LIMIT_MS),
  });
  await result.text();
}

/** False where there is no answer by then, whatever becomes of the question. */
async function inTime(answer: Promise<boolean>): Promise<boolean> {
  const over = new AbortController();
  const late = sleep(LIMIT_MS, false, { signal: over.signal, ref: false }).catch(() => false);
  const outcome = await Promise.race([answer, late]);
  over.abort();
  return outcome;
}

async function answers(question: Promise<unknown>): Promise<boolean> {
  try {
    await question;
    return true;
  } catch {
    return false;
  }
}
