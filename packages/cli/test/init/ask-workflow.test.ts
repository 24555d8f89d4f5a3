import { parseWorkflow, policyVersion } from '@tollgate/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkAnswers } from '../../src/init/answers.ts';
import { askWorkflow } from '../../src/init/ask-workflow.ts';
import type { Asker } from '../../src/init/asker.ts';
import { renderWorkflow } from '../../src/init/render.ts';

/** Answers that some question accepts: whoever answers tries them until one passes the question's own check. */
const SENSIBLE = [
  '',
  'support-triage',
  'person@example.com, group:ops',
  'person@example.com',
  'tickets, crm',
  '2',
  '30m',
  '0.50',
  'Tell {ticket} that it was: wrong # really',
  'tool_a',
  'tool_b',
  'tool_c',
  'ticket, to.id',
];

/** A person who types nonsense first, then something that the question accepts, and takes choices by chance. */
function erratic(rolls: readonly number[], nonsense: readonly string[]): Asker {
  let turn = 0;
  const roll = (sides: number) => (rolls[turn++ % rolls.length] ?? 0) % sides;
  let tools = 0;
  return {
    text: async ({ check, default: byDefault }) => {
      // A list of sentences ends with an empty line, which chance alone might never type.
      const start = turn % 3 === 0 ? 0 : roll(SENSIBLE.length);
      const rotated = [...SENSIBLE.slice(start), ...SENSIBLE.slice(0, start)];
      const first = start === 0 ? [] : [nonsense[roll(nonsense.length)] ?? ''];
      const tried = [...first, ...rotated, byDefault ?? ''];
      const accepted = tried.find((text) => check(text) === undefined);
      if (accepted === undefined) throw new Error(`no answer passes: ${check('tool_a')}`);
      return accepted;
    },
    choose: async (_, choices) => choices[roll(choices.length)]?.value ?? '',
    pick: async (_, choices) => choices.filter(() => roll(2) === 1).map(({ value }) => value),
    confirm: async (message) => (message === 'Another tool?' ? ++tools < 3 && roll(2) === 1 : roll(2) === 1),
  };
}

test('whatever a person answers, as far as each question accepts it, the file is valid and says it', async () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom(
      '- a: b',
      '*x',
      '&x y',
      '"',
      "'",
      '|',
      'no',
      '~',
      '1e3',
      '#',
      ': ',
      '{a}',
      '\u2028',
      '%YAML',
    ),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(1000), { minLength: 20, maxLength: 60 }),
      fc.array(hostile, { minLength: 1, maxLength: 8 }),
      async (rolls, nonsense) => {
        const answers = await askWorkflow(erratic(rolls, nonsense), () => undefined);
        const checked = checkAnswers(answers);
        if (checked.kind === 'invalid') throw new Error(JSON.stringify(checked.issues));
        const parsed = parseWorkflow(renderWorkflow(checked.workflow, answers));
        if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
        expect(policyVersion(parsed.workflow)).toBe(policyVersion(checked.workflow));
      },
    ),
    { numRuns: 120 },
  );
});

test('an answer is refused with the words of the file’s own rules', async () => {
  const said: Record<string, string | undefined> = {};
  const asker: Asker = {
    ...erratic([1], ['']),
    text: async ({ message, check }) => {
      said[message] = check('Not A Name!');
      throw new Error('enough');
    },
  };
  await expect(askWorkflow(asker, () => undefined)).rejects.toThrow('enough');
  expect(Object.values(said)[0]).toContain('use lower-case letters');
});
