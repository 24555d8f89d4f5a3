import { malformed, OtlpDefect } from './defect.ts';
import {
  arrayField,
  bytes,
  double,
  fieldOf,
  int64,
  type JsonObject,
  objectOf,
  stringField,
} from './json-fields.ts';
import { type AnyValue, type KeyValue, MAX_VALUE_DEPTH } from './model.ts';

export function readAttributes(object: JsonObject): KeyValue[] {
  return arrayField(object, 'attributes').map((entry) => readKeyValue(entry, 0));
}

function readKeyValue(entry: unknown, depth: number): KeyValue {
  const object = objectOf(entry, 'an attribute');
  const value = fieldOf(object, 'value');
  return {
    key: stringField(object, 'key'),
    value: value === undefined ? undefined : readAnyValue(value, depth + 1),
  };
}

/** The last member of the oneof wins, as in protobuf. */
function readAnyValue(value: unknown, depth: number): AnyValue {
  if (depth > MAX_VALUE_DEPTH)
    throw new OtlpDefect('nesting_too_deep', `a value is nested deeper than ${MAX_VALUE_DEPTH}`);
  let result: AnyValue;
  const object = objectOf(value, 'an attribute value');
  // What comes from JSON.parse has nothing to inherit here, and a list of its entries would be made for each value.
  for (const name in object) {
    const member = object[name];
    const reader = member === null ? undefined : READERS.get(name);
    if (reader) result = reader(member, depth);
  }
  return result;
}

type Reader = (member: unknown, depth: number) => AnyValue;

const READERS: ReadonlyMap<string, Reader> = new Map(
  Object.entries({
    stringValue: text,
    boolValue: boolean,
    intValue: (member: unknown) => int64(member, 'intValue'),
    doubleValue: (member: unknown) => double(member, 'doubleValue'),
    bytesValue: (member: unknown) => bytes(member, 'bytesValue'),
    arrayValue: array,
    kvlistValue: (member: unknown, depth: number) => ({
      entries: arrayField(objectOf(member, 'kvlistValue'), 'values').map((entry) =>
        readKeyValue(entry, depth),
      ),
    }),
  } satisfies Record<string, Reader>).flatMap(([name, reader]): [string, Reader][] => [
    [name, reader],
    [name.replace('Value', '_value'), reader],
  ]),
);

function text(member: unknown): string {
  if (typeof member !== 'string') throw malformed('stringValue is not a string');
  return member.toWellFormed();
}

function boolean(member: unknown): boolean {
  if (typeof member !== 'boolean') throw malformed('boolValue is not a boolean');
  return member;
}

function array(member: unknown, depth: number): AnyValue[] {
  const values = arrayField(objectOf(member, 'arrayValue'), 'values');
  return values.map((value) => readAnyValue(value ?? {}, depth + 1));
}
