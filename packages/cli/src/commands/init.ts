import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import { classOf, type Workflow } from '@tollgate/contract';
import { Command } from 'commander';
import { type Answers, answersSchema, checkAnswers } from '../init/answers.ts';
import { askWorkflow } from '../init/ask-workflow.ts';
import { renderWorkflow } from '../init/render.ts';
import { issueLines } from '../output/issues.ts';
import { replaceFile } from '../output/replace-file.ts';
import { UserError } from '../output/user-error.ts';

interface InitOptions {
  readonly answers?: string;
  readonly answersSchema?: true;
  readonly force?: true;
}

/** `tollgate init [FILE]`: asks for the required inputs and writes the workflow file. Needs no running service. */
export function initCommand(): Command {
  return new Command('init')
    .description('ask for what a workflow file has to say, and write it')
    .argument('[file]', 'where to write it; WORKFLOW.workflow.yaml when left out')
    .option(
      '--answers <file>',
      'take the answers from a JSON file, - for the standard input, and ask nothing',
    )
    .option('--answers-schema', 'print the JSON Schema of the answers, and write nothing')
    .option('--force', 'overwrite a file that is there')
    .action(async (file: string | undefined, options: InitOptions) => {
      if (options.answersSchema === true) return console.log(JSON.stringify(answersSchema(), null, 2));
      const taken = (path: string) =>
        options.force !== true && existsSync(path)
          ? `${path} is there already; --force overwrites it`
          : undefined;
      refuseIf(file === undefined ? undefined : taken(file));
      const answers = await readAnswers(options.answers, (name) =>
        file === undefined ? taken(fileOf(name)) : undefined,
      );
      const workflow = checked(answers, options.answers);
      const path = file ?? fileOf(workflow.workflow);
      refuseIf(taken(path));
      await write(path, renderWorkflow(workflow, answers), options.force === true);
      console.log(nextSteps(path, workflow));
    });
}

async function readAnswers(
  source: string | undefined,
  nameTaken: (name: string) => string | undefined,
): Promise<Answers> {
  if (source !== undefined) return parseAnswers(source, await readSource(source));
  if (!process.stdin.isTTY || !process.stdout.isTTY)
    throw new UserError(
      'There is no terminal to ask at. Pass --answers FILE; `tollgate init --answers-schema` prints its form.',
    );
  const { terminalAsker } = await import('../init/terminal-asker.ts');
  return askWorkflow(terminalAsker, nameTaken);
}

async function readSource(source: string): Promise<string> {
  if (source === '-') return readAll(process.stdin);
  return readFile(source, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new UserError(
      `Cannot read ${source}: ${cause.code === 'ENOENT' ? 'there is no such file' : cause.message}`,
    );
  });
}

function parseAnswers(source: string, text: string): Answers {
  let answers: unknown;
  try {
    answers = JSON.parse(text);
  } catch (cause) {
    throw new UserError(`${source} is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  if (typeof answers === 'object' && answers !== null && !Array.isArray(answers)) return { ...answers };
  throw new UserError(`${source} holds no answers: write one JSON object.`);
}

function checked(answers: Answers, source = 'answers'): Workflow {
  const result = checkAnswers(answers);
  if (result.kind === 'valid') return result.workflow;
  throw new UserError(`${issueLines(source, result.issues)}\nNothing was written.`);
}

function refuseIf(problem: string | undefined): void {
  if (problem !== undefined) throw new UserError(problem);
}

const fileOf = (workflow: string) => `${workflow}.workflow.yaml`;

/** `wx` refuses a file that appeared while the questions were answered. */
async function write(path: string, text: string, force: boolean): Promise<void> {
  if (force) return replaceFile(path, text, 0o644);
  await writeFile(path, text, { flag: 'wx' }).catch((cause: NodeJS.ErrnoException) => {
    throw new UserError(`Cannot write ${path}: ${cause.message}`, { cause });
  });
}

function nextSteps(path: string, workflow: Workflow): string {
  const classes = workflow.tools.map((tool) => classOf(workflow, tool).actionClass);
  const counts = ([1, 2, 3] as const)
    .map((level) => [classes.filter((each) => each === level).length, level] as const)
    .filter(([count]) => count > 0)
    .map(([count, level]) => `${count} of class ${level}`);
  return [
    `Wrote ${path}: ${counts.join(', ')}.`,
    '',
    `  tollgate plan ${path}       the runtime requirements that follow from it`,
    `  tollgate register ${path}   makes it the policy in force, as ${workflow.owner.email}`,
  ].join('\n');
}
