import { Command } from 'commander';
import { UserError } from '../output/user-error.ts';
import { type Environment, readEnvironment } from '../serve/environment.ts';
import { interrupted } from './common.ts';

/** `tollgate serve`: API and console alone, as a container runs them; told what it needs by its environment. */
export function serveCommand(): Command {
  return new Command('serve')
    .description(
      'run API and console alone, over a ClickHouse server; see docker/README.md for its environment',
    )
    .action(async () => {
      const { serve } = await import('../serve/serve.ts');
      const stop = await serve(environment());
      await interrupted();
      await stop();
    });
}

function environment(): Environment {
  try {
    return readEnvironment(process.env);
  } catch (cause) {
    throw new UserError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
