import { type Document, isMap, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import type { Issue } from './errors.ts';
import { closest } from './workflow/closest.ts';

/** Something wrong at a place of a file. */
export interface Finding {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** What a kind of file is: its shape, and what it has to hold besides. */
export interface FileKind<S extends z.ZodType> {
  /** For messages, e.g. `workflow file`. */
  readonly name: string;
  readonly schema: S;
  readonly crossCheck: (value: z.output<S>) => readonly Finding[];
}

export type FileResult<T> =
  | { readonly kind: 'valid'; readonly value: T }
  | { readonly kind: 'invalid'; readonly issues: readonly Issue[] };

/** Such files are written by hand; more than this is not one. */
const MAX_CHARACTERS = 256 * 1024;

/** Reads the text of a YAML file. Never throws: what is wrong comes back by line and field, with what to write instead. */
export function readYamlFile<S extends z.ZodType>(text: string, kind: FileKind<S>): FileResult<z.output<S>> {
  if (text.length > MAX_CHARACTERS)
    return invalid([{ path: '', message: `the file is longer than ${MAX_CHARACTERS} characters` }]);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, stringKeys: true });
  if (document.errors.length > 0)
    return invalid(
      document.errors.map((error) => ({
        path: '',
        message: error.message.split('\n')[0] ?? error.code,
        ...position(lines, error.pos[0]),
      })),
    );
  const value = toValue(document);
  if (value === undefined)
    return invalid([{ path: '', message: `aliases expand to more than a ${kind.name} can hold` }]);
  const checked = check(value, kind);
  if (checked.kind === 'valid') return checked;
  return invalid(checked.findings.map((finding) => locate(document, lines, finding)));
}

/** The same checks for a value that came as JSON, e.g. through the API. */
export function readJsonFile<S extends z.ZodType>(
  value: unknown,
  kind: FileKind<S>,
): FileResult<z.output<S>> {
  const checked = check(value, kind);
  if (checked.kind === 'valid') return checked;
  return invalid(checked.findings.map(({ path, message }) => ({ path: pathText(path), message })));
}

function toValue(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 50 });
  } catch {
    return undefined;
  }
}

type Checked<T> =
  | { readonly kind: 'valid'; readonly value: T }
  | { readonly kind: 'invalid'; readonly findings: readonly Finding[] };

function check<S extends z.ZodType>(
  value: unknown,
  { schema, crossCheck }: FileKind<S>,
): Checked<z.output<S>> {
  const parsed = schema.safeParse(value);
  if (!parsed.success)
    return {
      kind: 'invalid',
      findings: parsed.error.issues.flatMap((issue) => toFindings(issue, value, schema)),
    };
  const findings = crossCheck(parsed.data);
  return findings.length > 0 ? { kind: 'invalid', findings } : { kind: 'valid', value: parsed.data };
}

function toFindings(issue: z.core.$ZodIssue, root: unknown, schema: z.ZodType): Finding[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      path: [...path, key],
      message: `unknown field "${key}"${hint(key, fieldsAt(schema, path))}`,
    }));
  const value = path.reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], root);
  if (value === undefined && issue.code !== 'custom') return [{ path, message: 'is missing' }];
  if (issue.code === 'invalid_value' && typeof value === 'string')
    return [
      {
        path,
        message: `"${value}" is not one of ${issue.values.join(', ')}${hint(value, issue.values.map(String))}`,
      },
    ];
  return [{ path, message: issue.message }];
}

/** The fields of the object at a path, read off the schema itself. */
function fieldsAt(root: z.ZodType, path: readonly (string | number)[]): readonly string[] {
  let schema: unknown = root;
  for (const part of path) schema = below(schema, part);
  const { shape } = unwrap(schema) as { shape?: object };
  return Object.keys(shape ?? {});
}

function below(schema: unknown, part: string | number): unknown {
  const { shape, element, valueType } = unwrap(schema) as {
    shape?: Record<string, unknown>;
    element?: unknown;
    valueType?: unknown;
  };
  return shape === undefined ? (element ?? valueType) : Object.hasOwn(shape, part) ? shape[part] : undefined;
}

/** The schema inside `.optional()` and `.default()`. */
function unwrap(schema: unknown): object {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return unwrap(schema.unwrap());
  return typeof schema === 'object' && schema !== null ? schema : {};
}

function hint(word: string, candidates: readonly string[]): string {
  const near = closest(word, candidates);
  return near === undefined ? '' : `; did you mean "${near}"?`;
}

/** The finding at the nearest place that the file has: a missing field is shown where its parent starts. */
function locate(document: Document, lines: LineCounter, { path, message }: Finding): Issue {
  for (let depth = path.length; depth > 0; depth--) {
    const node = document.getIn(path.slice(0, depth), true) as
      | { range?: [number, number, number] }
      | undefined;
    if (node?.range) return { path: pathText(path), message, ...position(lines, node.range[0]) };
  }
  const start = isMap(document.contents) ? (document.contents.range?.[0] ?? 0) : 0;
  return { path: pathText(path), message, ...position(lines, start) };
}

function position(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

function pathText(path: readonly (string | number)[]): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`),
    '',
  );
}

function invalid(issues: readonly Issue[]): { readonly kind: 'invalid'; readonly issues: readonly Issue[] } {
  return { kind: 'invalid', issues };
}
