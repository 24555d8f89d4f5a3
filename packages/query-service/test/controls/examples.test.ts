import { CONTROL_RULES } from '@tollgate/contract';
import { describe, expect, test } from 'vitest';
import { CONTROLS } from '../../src/controls/catalogue.ts';
import { EXAMPLE_CONTEXT, EXAMPLE_TIME, exampleCall } from '../../src/controls/examples.ts';
import { periodBudgets } from '../../src/controls/period-budgets.ts';
import { toolListed } from '../../src/controls/tool-listed.ts';

const EVERY = [
  ...CONTROLS.map((control) => ({ control, name: control.control as string })),
  { control: periodBudgets, name: 'budget_breach of days and months' },
];

describe.each(EVERY)('$name', ({ control }) => {
  test.each(control.examples.passes)('passes: $name', ({ rows }) => {
    expect(control.judge(rows, EXAMPLE_CONTEXT)).toEqual([]);
  });

  test.each(control.examples.fails)('finds: $name', ({ rows }) => {
    const findings = control.judge(rows, EXAMPLE_CONTEXT);
    expect(findings).toHaveLength(1);
    expect(findings[0]?.summary).toMatch(/^\S.*\.$/);
  });

  test('judging twice, or rows twice, or in another order, finds the same', () => {
    for (const { rows } of control.examples.fails) {
      // All that a flag shows: what differs by the order of rows would make it flicker.
      const found = (list: readonly unknown[]) =>
        control
          .judge(list, EXAMPLE_CONTEXT)
          .map(({ scope, key, summary, evidence }) => JSON.stringify({ scope, key, summary, evidence }))
          .sort();
      expect(found(rows.toReversed())).toEqual(found(rows));
    }
  });
});

test('of findings that say the same, the one that could be known first stands, in any order', () => {
  const rows = [30n, 10n, 20n].map((later) => exampleCall({ tool: 'send_fax', since: EXAMPLE_TIME + later }));
  for (const list of [rows, rows.toReversed()])
    expect(toolListed.judge(list, EXAMPLE_CONTEXT)).toMatchObject([{ since: EXAMPLE_TIME + 10n }]);
});

test('control names are unique, and each has examples of both kinds', () => {
  expect(new Set(CONTROLS.map(({ control }) => control)).size).toBe(CONTROLS.length);
  for (const { control, examples } of CONTROLS)
    expect([control, examples.passes.length > 0, examples.fails.length > 0]).toEqual([control, true, true]);
});

test('every control rule of the contract has a control that checks it, and only those', () => {
  expect(CONTROLS.map(({ control }) => control).sort()).toEqual(Object.keys(CONTROL_RULES).sort());
});
