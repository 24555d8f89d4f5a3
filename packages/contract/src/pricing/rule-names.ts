import { dashedDates, type ModelName, readings } from './model-names.ts';
import type { PricedModel } from './price-list.ts';

/**
 * Whether a price is of a model as a whole: of one that it names as the list does. By any other name it is of that name alone: a
 * dated name, or that of a fine-tune, stands for a model that has other names as well. Pure.
 */
export const isOfModel = (rule: ModelName, target: PricedModel): boolean =>
  plainNames(rule).includes(dashedDates(target.model.toLowerCase()));

/** Whether a price by this name is one of a call by that one: the same name, or one that begins with it. Pure. */
export function isOfName(rule: ModelName, sent: ModelName): boolean {
  const names = plainNames(sent);
  return plainNames(rule).some((name) => names.some((one) => one === name || goesOnFrom(name, one)));
}

/** After `gpt-4o-2024-08` a date may not go on, nor a number after `gpt-5`. */
const goesOnFrom = (name: string, longer: string): boolean =>
  longer.startsWith(name) && /^[-@:.]/.test(longer.slice(name.length));

const plainNames = (name: ModelName): readonly string[] =>
  readings(name).map(({ model }) => dashedDates(model.toLowerCase()));
