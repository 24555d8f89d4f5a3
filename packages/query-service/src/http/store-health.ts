import type { Deps } from '../deps.ts';

/** Whether both stores answer, within two seconds. */
export async function storeHealth(deps: Deps): Promise<{ control: boolean; store: boolean }> {
  const [control, store] = await Promise.all([answers(controlAnswers(deps)), answers(storeAnswers(deps))]);
  return { control, store };
}

async function controlAnswers({ control }: Deps): Promise<void> {
  await control.db.selectFrom('state_values').select('name').limit(1).execute();
}

async function storeAnswers({ store }: Deps): Promise<void> {
  const result = await store.reader.query({
    query: 'SELECT 1',
    format: 'JSONEachRow',
    abort_signal: AbortSignal.timeout(2000),
  });
  await result.text();
}

async function answers(check: Promise<void>): Promise<boolean> {
  try {
    await check;
    return true;
  } catch {
    return false;
  }
}
