import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { OF_RUNS } from '../../src/controls/catalogue.ts';
import type { Control } from '../../src/controls/control.ts';
import { EXAMPLE_CONTEXT, exampleCall } from '../../src/controls/examples.ts';
import { toolListed } from '../../src/controls/tool-listed.ts';

const sent = z.looseObject({ principal: z.literal('ops-agent') });

const rowsOf = ({ examples }: Control): unknown[] =>
  [...examples.passes, ...examples.fails].flatMap(({ rows }) => rows);
/** Of these, whatever is said of a run was sent by somebody. */
const OF_SENDERS = OF_RUNS.filter((control) => rowsOf(control).some((row) => sent.safeParse(row).success));
const someRows = (control: Control) => fc.subarray(rowsOf(control));

test('nearly every control is about what somebody sent', () => {
  const others = OF_RUNS.filter((control) => !OF_SENDERS.includes(control)).map(({ control }) => control);
  // What the service itself recorded, and spans of which each version has a sender.
  expect(others.sort()).toEqual([
    'break_glass_used',
    'budget_warning',
    'incident_path_reached',
    'span_unchanged',
    'unreviewed_sample',
  ]);
});

test.each(OF_SENDERS.map((control) => ({ control, name: control.control })))(
  'nothing that another key sends changes or clears what the run’s own evidence shows: $name',
  ({ control }) => {
    const ofStranger = (row: unknown) => {
      const own = sent.safeParse(row);
      return own.success ? [{ ...own.data, principal: 'sales-agent' }] : [];
    };
    const isOfRun = (row: unknown) =>
      z.object({ principal: z.literal('sales-agent') }).safeParse(row).success;
    fc.assert(
      fc.property(someRows(control), someRows(control), (some, others) => {
        const own = some.filter((row) => !isOfRun(row));
        const judged = control.judge([...own, ...others.flatMap(ofStranger)], EXAMPLE_CONTEXT);
        const alone = control.judge(own, EXAMPLE_CONTEXT);
        const isKnown = ({ scope, key }: { scope: string; key: string }) =>
          alone.some((each) => each.scope === scope && each.key === key);
        const remaining = judged.filter(isKnown);
        // What another brings may be proven by the hash of the record that follows it.
        if (control.othersMayClear) expect(alone).toEqual(expect.arrayContaining(remaining));
        else expect(remaining).toEqual(alone);
        // Of a run that nobody registered, nobody is a stranger.
        for (const { strangers, run_id, evidence } of judged.filter((finding) => !isKnown(finding)))
          if (run_id !== null && EXAMPLE_CONTEXT.run(run_id) !== undefined) {
            expect(strangers).toEqual(['sales-agent']);
            expect(evidence).toMatchObject({ strangers: ['sales-agent'] });
          }
      }),
    );
  },
);

const judged = (...calls: readonly Parameters<typeof exampleCall>[0][]) =>
  toolListed.judge(calls.map(exampleCall), EXAMPLE_CONTEXT);

test('a finding names the key that sent what it is about, and no other that sent something of the run', () => {
  const [found, ...more] = judged(
    {},
    { principal: 'sales-agent', tool: 'send_fax' },
    { principal: 'support-agent' },
  );
  expect(more).toEqual([]);
  expect(found).toMatchObject({ strangers: ['sales-agent'], evidence: { strangers: ['sales-agent'] } });
  expect(
    judged(
      { principal: 'support-agent', tool: 'send_fax' },
      { principal: 'sales-agent', tool: 'send_fax' },
    ).map(({ strangers }) => strangers),
  ).toEqual([['sales-agent', 'support-agent']]);
});

test('no name that an agent gives a tool makes its finding a stranger’s', () => {
  const [ofStranger] = judged({ principal: 'sales-agent', tool: 'send_fax' });
  const own = judged({ tool: 'send_fax:strangers' }, { principal: 'sales-agent', tool: 'send_fax' });
  expect(ofStranger).toBeDefined();
  expect(own.filter(({ strangers }) => strangers === undefined)).toHaveLength(1);
  expect(own).toContainEqual(ofStranger);
});
