import { expect, test } from 'vitest';
import { SCENARIOS } from './scenarios.ts';
import { SET_UPS } from './set-ups/index.ts';
import { JS_SET_UPS } from './set-ups/js.ts';
import { playedBy } from './set-ups/set-up.ts';
import { judge } from './suite/judge.ts';
import { playAll } from './suite/play-all.ts';
import { matrixText } from './suite/print.ts';
import type { Report } from './suite/read.ts';

test('what real instrumentation in JavaScript reports is counted once, as the provider counted it', async () => {
  const { cells } = await playAll(JS_SET_UPS, {});
  const problems = cells.flatMap(({ setUp, scenario, problems }) =>
    problems.map((problem) => `${setUp.name} × ${scenario.name}: ${problem}`),
  );
  expect(problems, matrixText(cells, JS_SET_UPS, SCENARIOS)).toEqual([]);
  expect(cells).toHaveLength(JS_SET_UPS.flatMap((setUp) => playedBy(setUp, SCENARIOS)).length);
}, 300_000);

test('every gap is of a scenario that its set-up plays, and of no other', () => {
  for (const setUp of SET_UPS) {
    const played = playedBy(setUp, SCENARIOS).map(({ name }) => name);
    expect(played, setUp.name).toEqual(expect.arrayContaining(Object.keys(setUp.gaps ?? {})));
  }
});

/** A suite that lets everything pass proves nothing: each defect that a pipeline might have has to be noticed. */
const [setUp] = JS_SET_UPS.filter(({ name }) => name === 'anthropic-sdk');
const [cached] = SCENARIOS.filter(({ name }) => name === 'messages-cached');
const [aborted] = SCENARIOS.filter(({ name }) => name === 'messages-stream-aborted');
const right: Report = {
  ...{
    run: 'r',
    scope_name: 'com.anthropic.sdk.typescript',
    scope_version: '1',
    provider: 'anthropic',
    model: 'm',
  },
  ...{
    response_id: 'i',
    input_tokens: 3214,
    output_tokens: 314,
    cache_read_tokens: 900,
    cache_creation_tokens: 300,
  },
  ...{
    cache_creation_1h_tokens: 0,
    reasoning_tokens: 40,
    service_tier: '',
    usage_note: '',
    cost: '0.012147',
  },
  ...{ counted: true, why: '' },
};
const verdict = (reports: readonly Report[], scenario = cached) => {
  if (setUp === undefined || scenario === undefined) throw new Error('the set-up or the scenario is gone');
  return judge(setUp, scenario, reports).verdict;
};

test('a right report is seen as right, also beside one that does not count', () => {
  expect(verdict([right])).toBe('exact');
  expect(verdict([right, { ...right, scope_name: 'other', counted: false }])).toBe('exact');
});

test.each<[string, readonly Report[]]>([
  ['nothing counted', [{ ...right, counted: false }]],
  ['counted twice', [right, right]],
  ['input without what was cached', [{ ...right, input_tokens: 2014 }]],
  ['cached tokens lost', [{ ...right, cache_read_tokens: null }]],
  ['cached tokens at the price of input', [{ ...right, cost: '0.014352' }]],
  ['no cost', [{ ...right, cost: null }]],
  ['a tier that it was not', [{ ...right, service_tier: 'batch' }]],
  [
    'the wrong report counts',
    [
      { ...right, counted: false },
      { ...right, scope_name: 'other' },
    ],
  ],
])('notices: %s', (_, reports) => {
  expect(verdict(reports)).toBe('wrong');
});

test('notices a price for what nobody knows', () => {
  const partial = { ...right, input_tokens: 3217, output_tokens: null, reasoning_tokens: null, cost: null };
  expect(verdict([partial], aborted)).toBe('unknown');
  expect(verdict([{ ...partial, output_tokens: 1, cost: '0.01' }], aborted)).toBe('wrong');
});
