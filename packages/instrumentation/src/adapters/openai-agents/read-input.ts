import { tool } from '@openai/agents';
import { canonicalJson } from '@tollgate/contract';

/** The SDK's own details of one invocation; besides what is typed it carries symbols, which have to be kept. */
export type Details = object;
export type Invoke = (runContext: unknown, input: string, details?: Details) => Promise<unknown>;

/** What a tool would make of the text that the model wrote. */
export type Read =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'invalid'; readonly value: unknown; readonly why: string }
  | { readonly kind: 'not_json' };

/** The SDK tells the parsed input to whoever stands under this symbol, right before it executes the tool. */
const PARSED = 'openai.agents.functionToolParsedInputCallback';
const ANY = tool({
  name: 'any',
  description: '',
  parameters: { type: 'object', properties: {}, required: [], additionalProperties: false },
  execute: () => '',
});
/** The code of an `invoke` that the SDK's `tool` makes, the same for each. */
const OWN = sourceOf(ANY.invoke as Invoke);

/**
 * Reads the model's text as the tool's own parameters would: with their defaults, without what they strip. Nothing is
 * executed: each reading ends in an abort of its own, right before that. Parameters that go on changing what they have
 * already parsed are invalid, since nobody could say what would be executed. Only the SDK's own code is asked: an `invoke` that
 * somebody wrote need not know of the abort, and would execute.
 */
export async function readInput(
  invoke: Invoke,
  runContext: unknown,
  input: string,
  details: Details | undefined,
): Promise<Read> {
  const plain = parseJson(input);
  const parsed = symbolOf(details, PARSED);
  if (details === undefined || parsed === undefined || sourceOf(invoke) !== OWN) return plain;
  const read = async (text: string): Promise<Read> => {
    const stop = new DOMException('read only', 'AbortError');
    let value: unknown;
    const reading = withOverrides(details, {
      signal: AbortSignal.abort(stop),
      [parsed]: (found: unknown) => {
        value = found;
        throw stop;
      },
    });
    try {
      const why = await invoke(runContext, text, reading);
      return invalid(plain, String(why));
    } catch (error) {
      if (error === stop) return { kind: 'value', value };
      return invalid(plain, error instanceof Error ? error.message : String(error));
    }
  };
  const first = await read(input);
  if (first.kind !== 'value') return first;
  const text = canonical(first.value);
  if (text === undefined || typeof first.value === 'string') return first;
  const second = await read(text);
  if (second.kind === 'value' && canonical(second.value) === text) return parseJson(text);
  return invalid(plain, 'parameters that leave what they have parsed as it is');
}

/** At the execution the same ear again: what makes something else of the arguments than what was decided on executes nothing. */
export function onlyWith(decided: unknown, details: Details): Record<symbol, unknown> {
  const parsed = symbolOf(details, PARSED);
  if (parsed === undefined) return {};
  const told: unknown = Reflect.get(details, parsed);
  const hear = (found: unknown) => {
    if (canonical(found) !== canonical(decided))
      throw new Error('The tool’s parameters make something else of the arguments than what was decided on.');
    if (typeof told === 'function') Reflect.apply(told, details, [found]);
  };
  return { [parsed]: hear };
}

function sourceOf(invoke: Invoke): string {
  return Function.prototype.toString.call(invoke);
}

function invalid(plain: Read, why: string): Read {
  return plain.kind === 'value' ? { kind: 'invalid', value: plain.value, why } : plain;
}

function parseJson(input: string): Read {
  try {
    return { kind: 'value', value: JSON.parse(input) };
  } catch {
    return { kind: 'not_json' };
  }
}

/** Undefined where it is not I-JSON; the gate says so, on record. */
function canonical(value: unknown): string | undefined {
  try {
    return canonicalJson(value ?? {});
  } catch {
    return undefined;
  }
}

/** The same details but for some of them; symbols and hidden properties stay. */
export function withOverrides(details: Details, overrides: Record<PropertyKey, unknown>): Details {
  const copy: object = Object.create(
    Object.getPrototypeOf(details),
    Object.getOwnPropertyDescriptors(details),
  );
  for (const key of Reflect.ownKeys(overrides))
    Object.defineProperty(copy, key, {
      value: Reflect.get(overrides, key),
      configurable: true,
      enumerable: true,
      writable: true,
    });
  return copy;
}

function symbolOf(details: Details | undefined, description: string): symbol | undefined {
  return Object.getOwnPropertySymbols(details ?? {}).find((symbol) => symbol.description === description);
}
