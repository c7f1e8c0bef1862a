/** The cache of answers, and what every screen does with a refusal. */

import { QueryCache, QueryClient } from '@tanstack/react-query';
import { ProblemError } from './problem.ts';

/** Heard by the shell: the session is over, or its impersonation is. */
export type SessionEvent = 'signed_out' | 'impersonation_ended';

const listeners = new Set<(event: SessionEvent) => void>();

/** Calls `listener` when an answer says that the session has ended. Returns how to stop. */
export function onSessionEvent(listener: (event: SessionEvent) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tellSession(error: unknown): void {
  if (!(error instanceof ProblemError)) return;
  const event =
    error.code === 'impersonation_ended' ? 'impersonation_ended' : error.status === 401 ? 'signed_out' : undefined;
  if (event !== undefined) for (const listener of listeners) listener(event);
}

/** Retries what may pass by itself, and nothing that the hub has refused. */
function shouldRetry(failures: number, error: Error): boolean {
  if (failures >= 2) return false;
  return !(error instanceof ProblemError) || error.status === 0 || error.status >= 500;
}

/** One client for the whole page. Writes never retry by themselves: an emergency is asked once. */
export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: tellSession }),
  defaultOptions: {
    queries: { staleTime: 15_000, retry: shouldRetry, refetchOnWindowFocus: true },
    mutations: { retry: false, onError: tellSession },
  },
});
