import { OtlpDefect } from './defect.ts';
import { type AnyValue, type KeyValue, MAX_VALUE_DEPTH } from './model.ts';
import type { WireReader } from './wire.ts';

export function readKeyValue(reader: WireReader, depth = 0): KeyValue {
  let key = '';
  let value: AnyValue;
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) key = reader.string();
    else if (field === 2) value = readAnyValue(reader.message(), depth + 1);
    else reader.skip();
  }
  return { key, value };
}

/** The last member of the oneof wins, as everywhere in protobuf. */
export function readAnyValue(reader: WireReader, depth: number): AnyValue {
  if (depth > MAX_VALUE_DEPTH)
    throw new OtlpDefect('nesting_too_deep', `a value is nested deeper than ${MAX_VALUE_DEPTH}`);
  let value: AnyValue;
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) value = reader.string();
    else if (field === 2) value = reader.varint() !== 0n;
    else if (field === 3) value = BigInt.asIntN(64, reader.varint());
    else if (field === 4) value = reader.double();
    else if (field === 5) value = readArray(reader.message(), depth);
    else if (field === 6) value = { entries: readKeyValues(reader.message(), depth) };
    else if (field === 7) value = reader.raw();
    else reader.skip();
  }
  return value;
}

function readArray(reader: WireReader, depth: number): AnyValue[] {
  const values: AnyValue[] = [];
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) values.push(readAnyValue(reader.message(), depth + 1));
    else reader.skip();
  }
  return values;
}

function readKeyValues(reader: WireReader, depth: number): KeyValue[] {
  const entries: KeyValue[] = [];
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) entries.push(readKeyValue(reader.message(), depth));
    else reader.skip();
  }
  return entries;
}
