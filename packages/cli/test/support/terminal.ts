import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** What to type once the screen has shown some words since the last answer. */
type Exchange = readonly [shown: string, typed: string];

const quoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`;

/** Runs the command at a real pseudo-terminal (`script` of util-linux) and answers what it asks. */
export function atTerminal(
  args: readonly string[],
  cwd: string,
  exchanges: readonly Exchange[],
): Promise<{ code: number | null; screen: string }> {
  const words = [
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    '--conditions=tollgate-source',
    MAIN,
    ...args,
  ];
  const env = { ...process.env, NO_COLOR: '1', TERM: 'xterm' };
  const child = spawn('script', ['-qec', words.map(quoted).join(' '), '/dev/null'], { cwd, env });
  let screen = '';
  let answered = 0;
  let next = 0;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    const exchange = exchanges[next];
    if (exchange === undefined || !screen.slice(answered).includes(exchange[0])) return;
    answered = screen.length;
    next += 1;
    child.stdin.write(exchange[1]);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, screen }));
  });
}
