import type { Route } from '../../src/index.ts';
import { ROUTES } from '../../src/routes.ts';

export const nameOf = ({ method, path }: Route): string => `${method} ${path}`;

/** Every route of the API. */
export const ALL_ROUTES: readonly Route[] = ROUTES.flat();
