import type { Choice } from './asker.ts';
import { type Interview, listOf, numberOf, type Path } from './interview.ts';

const KINDS = [
  { value: 'one_of', description: 'one of a few texts' },
  { value: 'prefix', description: 'a text with a fixed beginning, e.g. a folder' },
  { value: 'pattern', description: 'a text that matches a regular expression as a whole' },
  { value: 'max_length', description: 'any text or list up to a length' },
  { value: 'range', description: 'a number between two bounds' },
  { value: 'any', description: 'anything: the argument is named, and not constrained' },
] as const satisfies readonly Choice[];

/** Asks for the arguments of a tool and what each may be. A call with any other argument will be refused. */
export async function askScope(interview: Interview, path: Path, tool: string): Promise<void> {
  const names = await argumentNames(interview, tool);
  for (const name of names) await askConstraint(interview, [...path, name], name);
}

async function argumentNames(interview: Interview, tool: string): Promise<readonly string[]> {
  const answer = await interview.asker.text({
    message: `Which arguments does ${tool} take? Names, with commas`,
    check: (text) => {
      const names = listOf(text);
      if (names.length === 0) return 'name at least one: what a call may hold is what limits it';
      const odd = names.find(
        (name) => !/^[A-Za-z0-9_-]{1,64}(\.[A-Za-z0-9_-]{1,64})*$/.test(name) || name === '__proto__',
      );
      return odd === undefined ? undefined : `"${odd}": use letters, digits, "_", "-" and dots for fields`;
    },
  });
  return [...new Set(listOf(answer))];
}

async function askConstraint(interview: Interview, path: Path, name: string): Promise<void> {
  const kind = await interview.asker.choose(`What may "${name}" be?`, KINDS);
  switch (kind) {
    case 'one_of':
      await interview.list([...path, 'one_of'], 'Which values?');
      break;
    case 'prefix':
      await interview.text([...path, 'prefix'], 'Which beginning?');
      break;
    case 'pattern':
      await interview.text([...path, 'pattern'], 'Which pattern? e.g. T-\\d{4}');
      break;
    case 'max_length':
      await interview.text([...path, 'max_length'], 'How many characters or items at most?', {
        as: numberOf,
      });
      break;
    case 'range':
      await askRange(interview, path);
      break;
    default:
      interview.keep(path, 'any');
  }
}

async function askRange(interview: Interview, path: Path): Promise<void> {
  await interview.text([...path, 'min'], 'From', { as: numberOf });
  await interview.text([...path, 'max'], 'To', { as: numberOf });
}
