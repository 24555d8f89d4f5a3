import { checkbox, confirm, input, select } from '@inquirer/prompts';
import { UserError } from '../output/user-error.ts';
import type { Asker, Choice } from './asker.ts';

const PAGE = 12;

/** Questions to the person at this terminal. Ctrl-C ends them as a UserError. */
export const terminalAsker: Asker = {
  text: ({ message, default: byDefault, check }) =>
    interruptible(
      input({
        message,
        ...(byDefault === undefined ? {} : { default: byDefault }),
        validate: (text) => check(text) ?? true,
      }),
    ),
  choose: (message, choices) =>
    interruptible(select({ message, choices: choices.map(shown), pageSize: PAGE })),
  pick: (message, choices) =>
    interruptible(checkbox({ message, choices: choices.map(shown), pageSize: PAGE })),
  confirm: (message, byDefault) => interruptible(confirm({ message, default: byDefault })),
};

function shown({ value, description }: Choice) {
  return { value, name: value, ...(description === undefined ? {} : { description }) };
}

async function interruptible<T>(prompt: Promise<T>): Promise<T> {
  try {
    return await prompt;
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'ExitPromptError')
      throw new UserError('Interrupted; nothing was written.', { cause });
    throw cause;
  }
}
