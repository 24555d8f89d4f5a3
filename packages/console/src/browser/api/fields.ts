import * as z from 'zod/mini';

/** Null where the service says null or nothing. */
export const maybe = <T extends z.ZodMiniType>(shape: T) => z._default(z.nullable(shape), null);
export const text = z.string();
/** A text, or null where the service says null, an empty text or nothing. */
export const said = z.pipe(
  maybe(text),
  z.transform((value: string | null) => (value === '' ? null : value)),
);
export const count = z.int();
export const texts = z._default(z.array(text), []);
export const json = z.unknown();
