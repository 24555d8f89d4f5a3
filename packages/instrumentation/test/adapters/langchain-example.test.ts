import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type House, openHouse } from '../support/house.ts';
import { chainOf } from '../support/spans.ts';
import { examplePath, runExample } from './run-example.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse(await readFile(examplePath('support.workflow.yaml'), 'utf8'));
});
afterAll(() => house.close());

/** A child process that has all of LangChain to load. */
const PATIENCE = { timeout: 90_000 };
const OFFLINE = { LANGSMITH_TRACING: 'false' };

function lastRun() {
  const spans = house.spans();
  return chainOf(spans, spans.at(-1)?.record.run_id ?? '').map(({ record }) => record);
}

test('an agent of createAgent, approved by Ana', PATIENCE, async () => {
  const running = runExample('langchain.ts', house, OFFLINE);
  await house.decideNext('approve', 'as agreed');
  expect(await running).toBe('completed - Kim knows: sent to kim@example.com (refused: out_of_scope)\n');
  const records = lastRun();
  expect(records.flatMap(({ tool, enforcement }) => (enforcement ? [`${tool} ${enforcement}`] : []))).toEqual(
    ['set_label blocked', 'send_reply waiting', 'send_reply executed'],
  );
  expect(records.filter(({ kind }) => kind === 'model_called').length).toBe(3);
});

test('a graph of its own, refused by Ana', PATIENCE, async () => {
  const running = runExample('langgraph.ts', house, OFFLINE);
  await house.decideNext('refuse', 'never water on electrics');
  expect(await running).toContain('says: never water on electrics');
  expect(lastRun().filter(({ kind }) => kind === 'model_called').length).toBe(2);
});
