import { type Document, isMap, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import type { Issue } from '../errors.ts';
import { closest } from './closest.ts';
import { crossCheck, type Finding } from './cross-checks.ts';
import { type Workflow, workflowFile } from './schema.ts';

export type ParseResult =
  | { readonly kind: 'valid'; readonly workflow: Workflow }
  | { readonly kind: 'invalid'; readonly issues: readonly Issue[] };

/** A workflow file is written by hand; more than this is not one. */
const MAX_CHARACTERS = 256 * 1024;

/** Reads the text of a workflow file. Never throws: what is wrong comes back by line and field, with what to write instead. */
export function parseWorkflow(text: string): ParseResult {
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
    return invalid([{ path: '', message: 'aliases expand to more than a workflow file can hold' }]);
  const findings = check(value);
  if (findings.kind === 'valid') return findings;
  return invalid(findings.findings.map((finding) => locate(document, lines, finding)));
}

/** The same checks for a workflow that came as JSON, e.g. through the API. */
export function validateWorkflow(value: unknown): ParseResult {
  const result = check(value);
  if (result.kind === 'valid') return result;
  return invalid(result.findings.map(({ path, message }) => ({ path: pathText(path), message })));
}

function toValue(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 50 });
  } catch {
    return undefined;
  }
}

function check(
  value: unknown,
): { kind: 'valid'; workflow: Workflow } | { kind: 'invalid'; findings: Finding[] } {
  const parsed = workflowFile.safeParse(value);
  if (!parsed.success)
    return { kind: 'invalid', findings: parsed.error.issues.flatMap((issue) => toFindings(issue, value)) };
  const findings = crossCheck(parsed.data);
  return findings.length > 0 ? { kind: 'invalid', findings } : { kind: 'valid', workflow: parsed.data };
}

function toFindings(issue: z.core.$ZodIssue, root: unknown): Finding[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      path: [...path, key],
      message: `unknown field "${key}"${hint(key, fieldsAt(path))}`,
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
function fieldsAt(path: readonly (string | number)[]): readonly string[] {
  let schema: unknown = workflowFile;
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

function invalid(issues: readonly Issue[]): ParseResult {
  return { kind: 'invalid', issues };
}
