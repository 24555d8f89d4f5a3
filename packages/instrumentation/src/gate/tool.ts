import { TollgateError } from '@tollgate/contract';
import type { CallOptions, GatedTool, Run, ToolDefinition } from '../face.ts';
import { activeRun } from '../run/active-run.ts';
import { GovernedRun } from '../run/governed-run.ts';
import type { GovernedProcess } from '../run/process.ts';
import { throughGate } from './gate.ts';
import type { GateTool } from './prepare.ts';

const NO_OPTIONS: CallOptions = {};

/** Puts a tool behind the gate. @throws TollgateError `invalid_request` for one that executes nothing */
export function gateTool<A, R>(process: GovernedProcess, definition: ToolDefinition<A, R>): GatedTool<A, R> {
  const tool = copyOf(definition);
  const call = (args: A, options: CallOptions = NO_OPTIONS): Promise<R> => {
    try {
      return throughGate(findRun(process, tool.name, options.run), tool, args, options) as Promise<R>;
    } catch (error) {
      return Promise.reject(error);
    }
  };
  return Object.assign(call, {
    in: (run: Run) => (args: A, options?: CallOptions) => call(args, { ...options, run }),
    toolName: tool.name,
  });
}

/**
 * The definition as it is now, so that nobody changes what it executes afterwards. Field by field: in an object of a class most of
 * it stands in the class, and there `this` is the object.
 */
function copyOf<A, R>(definition: ToolDefinition<A, R>): GateTool {
  const { name, reads, hints, parameters, rollbackNote, execute } = definition;
  if (typeof execute !== 'function')
    throw new TollgateError('invalid_request', `The tool "${name}" needs a function \`execute\`.`);
  return Object.freeze({
    name,
    reads: reads === undefined ? undefined : [...reads],
    hints: { destructive: hints?.destructive, openWorld: hints?.openWorld, readOnly: hints?.readOnly },
    parameters,
    rollbackNote: rollbackNote?.bind(definition),
    execute: execute.bind(definition),
  });
}

/** @throws TollgateError outside of a run: then there is nothing that a refusal could be recorded in. */
function findRun(process: GovernedProcess, name: string, given: Run | undefined): GovernedRun {
  const run = given ?? activeRun();
  if (run instanceof GovernedRun && run.process === process) return run;
  throw new TollgateError(
    'invalid_request',
    `"${name}" was called outside of a run of its workflow: call it inside tollgate.run, or as tool.in(run).`,
  );
}
