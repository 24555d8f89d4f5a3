import type { BaseChatModel } from '@langchain/core/language_models/chat_models';

const DEPTH = 8;

export interface Parts<T> {
  readonly value: T;
  /** Chat models that were found in it. */
  readonly models: number;
}

/**
 * The same runnable with each chat model in it replaced: the model itself, what a binding binds, the steps of a sequence or of a
 * map. Nothing is copied where nothing is replaced.
 */
export function meteredParts<T>(
  value: T,
  meter: (model: BaseChatModel) => BaseChatModel,
  depth = 0,
): Parts<T> {
  if (typeof value !== 'object' || value === null || depth > DEPTH) return { value, models: 0 };
  if (isChatModel(value)) return { value: meter(value) as typeof value, models: 1 };
  const replaced: PropertyDescriptorMap = {};
  let models = 0;
  for (const key of ['bound', 'first', 'last', 'middle', 'steps', 'mapper', 'runnable', 'fallbacks']) {
    // Own properties: a sequence's `steps` is a getter over the others.
    const part: unknown = Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
    const within = isGroup(part)
      ? groupParts(part, meter, depth + 1)
      : isRunnable(part)
        ? meteredParts(part, meter, depth + 1)
        : undefined;
    models += within?.models ?? 0;
    if (within !== undefined && within.value !== part)
      replaced[key] = { value: within.value, writable: false };
  }
  return { value: Object.keys(replaced).length === 0 ? value : Object.create(value, replaced), models };
}

export function isChatModel(value: object): value is BaseChatModel {
  return '_generate' in value && typeof value._generate === 'function' && '_streamResponseChunks' in value;
}

function isRunnable(part: unknown): part is object {
  return typeof part === 'object' && part !== null && 'lc_runnable' in part;
}

type Group = readonly unknown[] | Readonly<Record<string, unknown>>;

function isGroup(part: unknown): part is Group {
  if (typeof part !== 'object' || part === null || isRunnable(part)) return false;
  return Object.values(part).some(isRunnable);
}

function groupParts(
  group: Group,
  meter: (model: BaseChatModel) => BaseChatModel,
  depth: number,
): Parts<Group> {
  const entries = Object.entries(group).map(
    ([key, part]) => [key, meteredParts<unknown>(part, meter, depth), part] as const,
  );
  const models = entries.reduce((sum, [, within]) => sum + within.models, 0);
  if (entries.every(([, within, part]) => within.value === part)) return { value: group, models };
  const value = Object.fromEntries(entries.map(([key, within]) => [key, within.value]));
  return { value: Array.isArray(group) ? Object.values(value) : value, models };
}
