import type { Route } from './http/route.ts';

/** Every route of the API, by module. */
export const ROUTES: readonly (readonly Route[])[] = [];
