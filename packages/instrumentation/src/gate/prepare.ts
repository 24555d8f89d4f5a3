import { type ActionClass, canonicalJson, type JsonValue, type ToolHints } from '@tollgate/contract';
import type { CallOptions, Parameters, ToolContext } from '../face.ts';
import { MASK } from '../redaction/mask.ts';
import type { GovernedRun } from '../run/governed-run.ts';
import type { GovernedProcess } from '../run/process.ts';
import { messageOf } from '../thrown.ts';
import { rollbackNote } from './rollback-note.ts';

/** What the gate has to know of a tool, whatever its argument and result types are. */
export interface ToolIdentity {
  readonly name: string;
  readonly reads?: readonly string[] | undefined;
  readonly hints?: ToolHints | undefined;
  readonly parameters?: Parameters<unknown> | undefined;
  readonly rollbackNote?: ((args: never) => string) | undefined;
}

/** A tool that the gate executes itself. */
export interface GateTool extends ToolIdentity {
  readonly execute: (args: never, context: ToolContext) => unknown;
}

/** One call, its arguments reduced to the one text that is decided on, approved, recorded and executed. */
export interface Call {
  readonly tool: ToolIdentity;
  readonly id: string;
  /** Canonical JSON; undefined where the arguments are not I-JSON. */
  readonly text: string | undefined;
  readonly value: JsonValue | undefined;
  readonly rollbackNote: string | undefined;
  /** The same as it may go on record: made from the masked arguments, or without any where they are withheld. */
  readonly recordedNote: (actionClass: ActionClass | null) => string | undefined;
  /** What the tool's own parameters, or I-JSON, have against the arguments. */
  readonly problem: { readonly field: string; readonly expected: string } | undefined;
  readonly purpose: string | undefined;
  readonly signal: AbortSignal;
}

export function makeCall(run: GovernedRun, tool: ToolIdentity, args: unknown, options: CallOptions): Call {
  const read = readArguments(tool, args);
  const { text, value, problem } = read;
  const { rollbackNote: note, recordedNote } = notesFor(run.process, tool, read);
  return {
    tool,
    id: run.callId(options.callId),
    text,
    value,
    rollbackNote: note,
    recordedNote,
    problem,
    purpose: options.purpose,
    signal: options.signal === undefined ? run.signal : AbortSignal.any([run.signal, options.signal]),
  };
}

export type ReadArguments = Pick<Call, 'text' | 'value' | 'problem'>;

/** The tool's own parameters first (they may fill in defaults), then canonical JSON, then back: nothing else is executed. */
export function readArguments(tool: ToolIdentity, args: unknown): ReadArguments {
  let problem: Call['problem'];
  let chosen: unknown = args;
  try {
    const parsed = tool.parameters?.safeParse(args);
    // A promise says neither, and what nobody has looked at is not let through.
    if (parsed !== undefined && typeof parsed.success !== 'boolean')
      throw new TypeError('parameters that say at once what they have against it');
    if (parsed?.success === true) chosen = parsed.data;
    if (parsed?.success === false) {
      const [issue] = parsed.error.issues;
      problem = {
        field: issue?.path.map(String).join('.') || '(arguments)',
        expected: (issue?.message ?? 'what the tool’s parameters say').slice(0, 500),
      };
    }
    const text = canonicalJson(chosen ?? {});
    // Parsed back from the very text: what the caller still holds is not what is executed.
    return { text, value: JSON.parse(text) as JsonValue, problem };
  } catch (error) {
    const expected = messageOf(error).slice(0, 500);
    return { text: undefined, value: undefined, problem: { field: '(arguments)', expected } };
  }
}

/** The notes for this very call, for policy and approvers and for the record. */
export function notesFor(
  { policy, masks }: Pick<GovernedProcess, 'policy' | 'masks'>,
  tool: ToolIdentity,
  { text, value }: Pick<Call, 'text' | 'value'>,
): Pick<Call, 'rollbackNote' | 'recordedNote'> {
  const template = policy.allowed_tools.find((allowed) => allowed.tool === tool.name)?.rollback;
  if (
    text === undefined ||
    value === undefined ||
    (template === undefined && tool.rollbackNote === undefined)
  )
    return NO_NOTES;
  const noteOf = (args: JsonValue) => rollbackNote(template, tool.rollbackNote, args);
  // The tool's own function may change what it is given.
  const whole = noteOf(tool.rollbackNote === undefined ? value : (JSON.parse(text) as JsonValue));
  if (whole === undefined) return NO_NOTES;
  const recorded = (actionClass: ActionClass | null) => {
    const { by_class, default: otherwise } = policy.content_capture;
    const capture = actionClass === null ? otherwise : by_class[actionClass];
    if (capture !== 'full') return tool.rollbackNote === undefined ? template : MASK;
    const masked = masks.content('arguments', text);
    return masks.text(masked === text ? whole : (noteOf(JSON.parse(masked) as JsonValue) ?? MASK));
  };
  return { rollbackNote: whole, recordedNote: once(recorded) };
}

/** A note is on each record of its call, and the call's class does not change but for an approval's sake. */
function once(noteOf: Call['recordedNote']): Call['recordedNote'] {
  let last: { readonly actionClass: ActionClass | null; readonly note: string | undefined } | undefined;
  return (actionClass) => {
    if (last === undefined || last.actionClass !== actionClass)
      last = { actionClass, note: noteOf(actionClass) };
    return last.note;
  };
}

const NO_NOTES = { rollbackNote: undefined, recordedNote: () => undefined };
