import { QueryCache, QueryClient } from '@tanstack/react-query';
import { RequestFailure } from './failure.ts';

/** A client that tries again only where that can help, and that notices a session's end wherever it shows. */
export function createQueryClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (error instanceof RequestFailure && error.status === 401) client.setQueryData(['session'], null);
      },
    }),
    defaultOptions: {
      // A service on this machine answers without any network, whatever the browser thinks of being offline.
      mutations: { networkMode: 'always' },
      queries: {
        networkMode: 'always',
        staleTime: 5_000,
        retry: (failures, error) =>
          failures < 2 && error instanceof RequestFailure && (error.status === 0 || error.status === 503),
      },
    },
  });
  return client;
}
