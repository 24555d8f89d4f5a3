import { API_VERSION } from './app.ts';
import { openApi } from './http/openapi.ts';
import { ROUTES } from './routes.ts';

/** The OpenAPI 3.1 description of every route of the API, as `/openapi.json` answers it. */
export function describeApi(): Readonly<Record<string, unknown>> {
  return openApi(ROUTES.flat(), API_VERSION);
}
