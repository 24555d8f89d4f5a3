import { useMutation, useQueryClient } from '@tanstack/react-query';
import * as z from 'zod/mini';
import type { RequestFailure } from './failure.ts';
import { post } from './request.ts';

/** What a person changes. Each goes to the service, which decides and records it; every list is then read anew. */
export type Change =
  | {
      readonly what: 'decide';
      readonly id: string;
      readonly decision: 'approve' | 'refuse';
      readonly reason: string;
    }
  | { readonly what: 'break_glass'; readonly id: string; readonly reason: string }
  | { readonly what: 'review'; readonly id: string; readonly verdict: string; readonly note: string }
  | { readonly what: 'claim' | 'release'; readonly id: string }
  | { readonly what: 'acknowledge' | 'resolve'; readonly id: string; readonly note: string }
  | { readonly what: 'roll_back'; readonly id: string; readonly reason: string }
  | { readonly what: 'suspend' | 'resume'; readonly id: string; readonly reason: string };

function requestOf(change: Change): { path: string; body: Readonly<Record<string, string>> } {
  const id = encodeURIComponent(change.id);
  switch (change.what) {
    case 'decide':
      return {
        path: `/v1/approvals/${id}/decision`,
        body: { decision: change.decision, reason: change.reason },
      };
    case 'break_glass':
      return { path: `/v1/approvals/${id}/break-glass`, body: { reason: change.reason } };
    case 'review':
      return { path: `/v1/samples/${id}/review`, body: { verdict: change.verdict, note: change.note } };
    case 'claim':
    case 'release':
      return { path: `/v1/samples/${id}/${change.what}`, body: {} };
    case 'acknowledge':
    case 'resolve':
      return { path: `/v1/flags/${id}/${change.what}`, body: { note: change.note } };
    case 'roll_back':
      return { path: `/v1/runs/${id}/rollback`, body: { reason: change.reason } };
    case 'suspend':
    case 'resume':
      return { path: `/v1/workflows/${id}/${change.what}`, body: { reason: change.reason } };
  }
}

/** Sends a change. Never retried by itself: whoever sees the failure decides again. */
export function useChange() {
  const client = useQueryClient();
  return useMutation<unknown, RequestFailure, Change>({
    mutationFn: (change) => {
      const { path, body } = requestOf(change);
      return post(path, body, z.unknown());
    },
    // Not waited for: what the answers change may take the form away before it has said that its change is made.
    onSettled: () => void client.invalidateQueries(),
  });
}
