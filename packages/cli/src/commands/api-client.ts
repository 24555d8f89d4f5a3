import {
  type AnswerOf,
  ApiError,
  createClient,
  type InputOf,
  type OperationName,
  type TollgateClient,
} from '@tollgate/client';
import { InvalidArgumentError, Option } from 'commander';
import { issueLines } from '../output/issues.ts';
import { UserError } from '../output/user-error.ts';

/** Where the service is and who asks: flags, or the environment. */
export interface Connection {
  readonly url: string;
  readonly token?: string;
}

const URL_HERE = 'http://127.0.0.1:4319';
export const urlOption = () =>
  new Option('--url <url>', 'the query service').env('TOLLGATE_URL').default(URL_HERE).argParser(address);
export const tokenOption = () =>
  new Option('--token <token>', 'your personal token').env('TOLLGATE_TOKEN').argParser(credential);

/** `localhost:4319` is no address, though it reads like one. */
function address(text: string): string {
  // A variable that is set to nothing asks for nothing.
  if (text === '') return URL_HERE;
  if (/^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text;
  throw new InvalidArgumentError(`write an address such as ${URL_HERE}.`);
}

/** Other characters cannot be sent, and a service that nobody could ask would seem not to answer. */
function credential(text: string): string {
  if (/^[\x21-\x7e]*$/.test(text.trim())) return text.trim();
  throw new InvalidArgumentError(
    'it holds characters that no token has, perhaps quotes of a text: copy it again.',
  );
}

/**
 * One request to the API, by its route: `GET /v1/approvals`. At a terminal nobody waits for repetitions.
 * @throws UserError that says what to do
 */
export async function callApi<N extends OperationName>(
  connection: Connection,
  route: N,
  input: InputOf<N>,
  file = 'request',
): Promise<AnswerOf<N>> {
  return asked(connection, file, (client) => client.call(route, input));
}

/** The same for a route whose answer is a stream. @throws UserError that says what to do */
export async function openApi<N extends OperationName>(
  connection: Connection,
  route: N,
  input: InputOf<N>,
): Promise<ReadableStream<Uint8Array>> {
  return asked(connection, 'request', (client) => client.open(route, input));
}

async function asked<T>(
  { url, token }: Connection,
  file: string,
  ask: (client: TollgateClient) => Promise<T>,
): Promise<T> {
  if (token === undefined)
    throw new UserError(
      'No token: pass --token, or set TOLLGATE_TOKEN. `tollgate up` prints one for the first admin.',
    );
  return ask(createClient({ url, token, retry: { attempts: 1 } })).catch((error: unknown) => {
    throw error instanceof ApiError ? refusal(url, error, file) : error;
  });
}

function refusal(url: string, error: ApiError, file: string): UserError {
  const { httpStatus, code, message, mend, issues } = error;
  if (httpStatus === 0)
    return new UserError(
      `The service at ${url} does not answer. Start it with \`tollgate up\`, or pass --url.`,
      { cause: error },
    );
  if (error.foreign)
    return new UserError(
      `The service answered ${httpStatus} in a form that is not Tollgate’s. Is --url right?`,
    );
  const lines = issues.length > 0 ? [issueLines(file, issues)] : [];
  return new UserError([`${message} (${code})`, mend, ...lines].join('\n'));
}
