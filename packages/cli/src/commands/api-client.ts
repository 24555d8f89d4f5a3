import { errorBody } from '@tollgate/contract';
import { Option } from 'commander';
import { issueLines } from '../output/issues.ts';
import { UserError } from '../output/user-error.ts';

/** Where the service is and who asks: flags, or the environment. */
export interface Connection {
  readonly url: string;
  readonly token?: string;
}

export const urlOption = () =>
  new Option('--url <url>', 'the query service').env('TOLLGATE_URL').default('http://127.0.0.1:4319');
export const tokenOption = () => new Option('--token <token>', 'your personal token').env('TOLLGATE_TOKEN');

/** One request to the API, and its answer as JSON. @throws UserError that says what to do. */
export async function callApi(
  connection: Connection,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
  file = 'request',
): Promise<unknown> {
  const response = await requestApi(connection, method, path, body, file);
  return response.json().catch(() => undefined);
}

/** One request to the API, and its answer as it comes. @throws UserError where it is a refusal */
export async function requestApi(
  connection: Connection,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
  file = 'request',
): Promise<Response> {
  if (connection.token === undefined)
    throw new UserError(
      'No token: pass --token, or set TOLLGATE_TOKEN. `tollgate up` prints one for the first admin.',
    );
  const response = await fetch(new URL(path, connection.url), {
    method,
    headers: {
      authorization: `Bearer ${connection.token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch((cause: unknown) => {
    throw new UserError(
      `The service at ${connection.url} does not answer. Start it with \`tollgate up\`, or pass --url.`,
      { cause },
    );
  });
  if (response.ok) return response;
  const answer: unknown = await response.json().catch(() => undefined);
  throw new UserError(refusal(response.status, answer, file));
}

function refusal(status: number, answer: unknown, file: string): string {
  const parsed = errorBody.safeParse(answer);
  if (!parsed.success)
    return `The service answered ${status} in a form that is not Tollgate’s. Is --url right?`;
  const { code, message, mend, issues = [] } = parsed.data.error;
  const lines = issues.map(({ path, message, line, column }) => ({
    path,
    message,
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
  }));
  return [`${message} (${code})`, mend, ...(lines.length > 0 ? [issueLines(file, lines)] : [])].join('\n');
}
