import { useInfiniteQuery, useQueries, useQuery } from '@tanstack/react-query';
import * as z from 'zod/mini';
import { budget } from './budget-shapes.ts';
import { coverageList } from './coverage-shapes.ts';
import { evidence } from './evidence-shapes.ts';
import type { RequestFailure } from './failure.ts';
import { pollEvery } from './live.ts';
import { notification } from './notification-shapes.ts';
import { get, type Query } from './request.ts';
import { reviewReport } from './review-report-shapes.ts';
import { approval, approvalSummary, costs, flag, listOf, run, sample } from './shapes.ts';
import { workflowDetail, workflowSummary } from './workflow-shapes.ts';

const of = (...parts: readonly string[]) => `/v1/${parts.map(encodeURIComponent).join('/')}`;

interface ListOptions {
  readonly refetchSeconds?: number;
  readonly enabled?: boolean;
}

function useList<S extends z.ZodMiniType>(
  name: string,
  item: S,
  query: Query,
  { refetchSeconds, enabled = true }: ListOptions = {},
) {
  return useInfiniteQuery<
    { items: z.output<S>[]; next_cursor: string | null },
    RequestFailure,
    { items: z.output<S>[]; more: boolean },
    readonly unknown[],
    string | undefined
  >({
    queryKey: [name, query],
    queryFn: ({ pageParam }) => get(of(name), listOf(item), { ...query, cursor: pageParam }),
    enabled,
    initialPageParam: undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    select: ({ pages }) => ({
      items: pages.flatMap((page) => page.items),
      more: pages.at(-1)?.next_cursor != null,
    }),
    ...(refetchSeconds === undefined ? {} : { refetchInterval: () => pollEvery(refetchSeconds * 1000) }),
  });
}

function useOne<S extends z.ZodMiniType>(key: readonly unknown[], path: string, shape: S, query: Query = {}) {
  return useQuery<z.output<S>, RequestFailure>({ queryKey: key, queryFn: () => get(path, shape, query) });
}

export const useRuns = (query: Query, enabled = true) => useList('runs', run, query, { enabled });

/** Content is asked for only where a person wants to see it. */
export const useEvidence = (runId: string, content: boolean, enabled = true) =>
  useQuery<z.output<typeof evidence>, RequestFailure>({
    queryKey: ['runs', runId, 'evidence', content],
    queryFn: () => get(of('runs', runId, 'evidence'), evidence, { content: content ? 'true' : 'false' }),
    enabled,
  });

/** Read again every few seconds where the service does not tell: a person waits before this page, and an agent behind it. */
export const useApprovals = (query: Query) =>
  useList('approvals', approvalSummary, query, { refetchSeconds: 5 });

/** States that may still change by themselves: a decision comes, the agent uses its grant, or time runs out. */
const LIVE: ReadonlySet<string> = new Set(['waiting', 'approved']);

export const useApproval = (id: string) =>
  useQuery<z.output<typeof approval>, RequestFailure>({
    queryKey: ['approvals', id],
    queryFn: () => get(of('approvals', id), approval),
    refetchInterval: ({ state }) => (LIVE.has(state.data?.state ?? '') ? pollEvery(5000) : false),
  });

export const useSamples = (query: Query) => useList('samples', sample, query);
/** Over everything that is kept. */
export const useReviewReport = () =>
  useOne(['samples', 'report'], of('samples', 'report'), z.object({ items: z.array(reviewReport) }));
export const useSample = (id: string) => useOne(['samples', id], of('samples', id), sample);

export const useFlags = (query: Query) => useList('flags', flag, query);
export const useFlag = (id: string) => useOne(['flags', id], of('flags', id), flag);
/** Of one flag, the newest first; told anew with the flag. */
export const useNotifications = (flagId: string) =>
  useOne(['flags', flagId, 'notifications'], of('notifications'), listOf(notification), { flag_id: flagId });

export const useCosts = (query: Query, enabled = true) =>
  useQuery<z.output<typeof costs>, RequestFailure>({
    queryKey: ['costs', query],
    queryFn: () => get(of('costs'), costs, query),
    enabled,
  });

/** Read again while somebody looks: agents reserve and settle meanwhile. */
export const useBudgets = (query: Query) => useList('budgets', budget, query, { refetchSeconds: 10 });

export const useCoverage = (query: Query) =>
  useOne(['controls', 'coverage', query], of('controls', 'coverage'), coverageList, query);

export const useWorkflows = () => useList('workflows', workflowSummary, { limit: '200' });
const workflowQuery = (name: string) => ({
  queryKey: ['workflows', name],
  queryFn: () => get(of('workflows', name), workflowDetail),
});
export const useWorkflow = (name: string) =>
  useQuery<z.output<typeof workflowDetail>, RequestFailure>(workflowQuery(name));
/** Some workflows by name, as far as they have come. */
export const useWorkflowsByName = (names: readonly string[]) =>
  useQueries({
    queries: names.map(workflowQuery),
    combine: (all) => all.flatMap(({ data }) => (data === undefined ? [] : [data])),
  });
