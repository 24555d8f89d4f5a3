import { type QueryClient, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import * as z from 'zod/mini';
import type { RequestFailure } from './failure.ts';
import { get, post, remove } from './request.ts';
import { type Session, session } from './shapes.ts';

const KEY = ['session'] as const;

/** Who is signed in; null where nobody is. */
export function useSession() {
  return useQuery<Session | null, RequestFailure>({
    queryKey: KEY,
    queryFn: () =>
      get('/v1/session', session).catch((failure: RequestFailure) => {
        if (failure.status === 401) return null;
        throw failure;
      }),
    staleTime: 60_000,
  });
}

const options = z.object({ single_sign_on: z._default(z.nullable(z.string()), null) });

/** Where a browser goes to sign in by the organisation's provider; null where there is none. */
export const useSingleSignOn = () =>
  useQuery<string | null, RequestFailure>({
    queryKey: ['sign-in-options'],
    queryFn: async () => (await get('/v1/sign-in-options', options)).single_sign_on,
  });

/** Opens a session with a personal token. The token goes into the request's body and nowhere else. */
export function useSignIn() {
  const client = useQueryClient();
  return useMutation<Session, RequestFailure, string>({
    mutationFn: async (token) => {
      await post('/v1/session', { token }, z.unknown());
      return get('/v1/session', session);
    },
    onSuccess: (who) => {
      forgetAnswers(client);
      client.setQueryData(KEY, who);
    },
  });
}

export function useSignOut() {
  const client = useQueryClient();
  return useMutation<void, RequestFailure>({
    mutationFn: () => remove('/v1/session'),
    onSuccess: () => {
      forgetAnswers(client);
      client.setQueryData(KEY, null);
    },
  });
}

/** What one person was shown is not kept for the next. */
function forgetAnswers(client: QueryClient): void {
  client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== KEY[0] });
}
