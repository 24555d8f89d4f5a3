import {
  ATTRIBUTE_SOURCES,
  CONVENTION_ATTRIBUTES,
  MODEL_CALL_MARKERS,
  SCOPE_RULES,
} from '@tollgate/contract';
import { expect, test } from 'vitest';

const sources = Object.entries(ATTRIBUTE_SOURCES).flatMap(([column, list]) =>
  list.map((source) => ({ column, ...source })),
);

test('one place on a span fills one column', () => {
  const places = sources.map(({ attribute, path = [] }) => [attribute, ...path].join(' → '));
  expect(places).toEqual([...new Set(places)]);
});

test('an attribute that holds JSON is content: it is never listed as metadata', () => {
  const json = sources.filter(({ path }) => path !== undefined).map(({ attribute }) => attribute);
  expect(json.length).toBeGreaterThan(0);
  expect(CONVENTION_ATTRIBUTES.filter((name) => json.includes(name))).toEqual([]);
});

test('a scope rule has readable versions, and none stands behind one that always fits first', () => {
  const always = new Set<string>();
  for (const rule of SCOPE_RULES) {
    for (const version of [rule.from, rule.before])
      expect(version ?? '0', rule.scope).toMatch(/^\d+(\.\d+)*$/);
    expect(rule.scope.slice(0, -1)).not.toContain('*');
    expect(always).not.toContain(rule.scope);
    if (rule.from === undefined && rule.before === undefined && rule.when === undefined)
      always.add(rule.scope);
  }
});

test('the more telling marker decides: a framework’s own name for a span before the general ones', () => {
  expect(MODEL_CALL_MARKERS[0]?.attribute).toBe('ai.operationId');
  expect(new Set(MODEL_CALL_MARKERS.map(({ attribute }) => attribute)).size).toBe(MODEL_CALL_MARKERS.length);
});
