/** Groups as the hub tells them, and what they may refer to. */

import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { type Answered, api, ask, type Item, type paths } from '../../api/client.ts';
import { everyItem, PAGED, pageAfter } from '../../api/paging.ts';

/** A group as lists show it. */
export type Group = Item<'/groups'>;
/** One with the text of its runbook. */
export type GroupWithRunbook = Answered<'/groups/{id}', 'get'>;
/** What people decide about a group. */
export type GroupDefinition = paths['/groups/{id}']['put']['requestBody']['content']['application/json'];

const PAGE = 100;
const MEMBERS_POLL_MS = 15_000;

/** Groups in the order in which they are asked. */
export function groupsQuery(tenantId: string | undefined) {
  return infiniteQueryOptions({
    queryKey: ['groups', 'list', tenantId ?? 'all'],
    ...PAGED,
    queryFn: ({ pageParam, signal }) =>
      ask(
        api.GET('/groups', {
          params: { query: { ...pageAfter(PAGE, pageParam), ...(tenantId !== undefined && { tenant_id: tenantId }) } },
          signal,
        }),
      ),
  });
}

/** One group. */
export function groupQuery(id: string) {
  return queryOptions({
    queryKey: ['groups', id],
    queryFn: ({ signal }) => ask(api.GET('/groups/{id}', { params: { path: { id } }, signal })),
  });
}

/** Hosts of a group by name; they come and go by themselves. */
export function membersQuery(id: string) {
  return infiniteQueryOptions({
    queryKey: ['groups', id, 'members'],
    ...PAGED,
    queryFn: ({ pageParam, signal }) =>
      ask(api.GET('/groups/{id}/members', { params: { path: { id }, query: pageAfter(PAGE, pageParam) }, signal })),
    refetchInterval: MEMBERS_POLL_MS,
  });
}

/** Versions of a runbook, newest first. */
export function versionsQuery(id: string) {
  return infiniteQueryOptions({
    queryKey: ['groups', id, 'versions'],
    ...PAGED,
    queryFn: ({ pageParam, signal }) =>
      ask(
        api.GET('/groups/{id}/runbook-versions', {
          params: { path: { id }, query: pageAfter(PAGE, pageParam) },
          signal,
        }),
      ),
  });
}

/** Who would match a rule. */
export function previewQuery(tenantId: string, rule: GroupDefinition['rule']) {
  return queryOptions({
    queryKey: ['groups', 'preview', tenantId, JSON.stringify(rule)],
    queryFn: ({ signal }) => ask(api.POST('/groups/preview', { body: { tenant_id: tenantId, rule }, signal })),
  });
}

/** A page of a list, and a signal that ends the asking. */
type ChoiceRequest = {
  readonly params: { readonly query: ReturnType<typeof pageAfter> };
  readonly signal: AbortSignal;
};

/** All things of a kind by name, to choose from; `kind` is how lists of it are kept. */
function choiceQuery<T>(
  kind: string,
  read: (request: ChoiceRequest) => Promise<{ readonly items: readonly T[]; readonly next_cursor: string | null }>,
) {
  return queryOptions({
    queryKey: [kind, 'choice'],
    queryFn: ({ signal }) => everyItem((page) => read({ params: { query: page }, signal })),
  });
}

/** Groups of a client, or of all in reach, to choose from. */
export function groupChoiceQuery(tenantId: string | undefined) {
  return queryOptions({
    queryKey: ['groups', 'choice', tenantId ?? 'all'],
    queryFn: ({ signal }) =>
      everyItem((page) =>
        ask(
          api.GET('/groups', {
            params: { query: { ...page, ...(tenantId !== undefined && { tenant_id: tenantId }) } },
            signal,
          }),
        ),
      ),
  });
}

/** SLA policies of the MSP. */
export const slaPoliciesQuery = choiceQuery('sla-policies', (request) => ask(api.GET('/sla-policies', request)));

/** On-call schedules of the MSP. */
export const schedulesQuery = choiceQuery('on-call', (request) => ask(api.GET('/on-call/schedules', request)));

/** Escalation policies of the MSP. */
export const escalationsQuery = choiceQuery('escalation-policies', (request) =>
  ask(api.GET('/escalation-policies', request)),
);

/** What is decided about a group now, to be sent back with a part changed. */
export function definitionOf(group: Group): Omit<GroupDefinition, 'runbook_md'> {
  const {
    name,
    rule,
    priority,
    sla_policy_id,
    sla_resolve_minutes,
    on_call,
    on_call_schedule_id,
    escalation_policy_id,
  } = group;
  return {
    name,
    rule,
    priority,
    sla_policy_id,
    sla_resolve_minutes,
    on_call,
    on_call_schedule_id,
    escalation_policy_id,
  };
}

/** Replaces a group; everything that is shown of groups is read again. */
export function useReplaceGroup(id: string, onDone: (group: Group) => void) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: GroupDefinition) => ask(api.PUT('/groups/{id}', { params: { path: { id } }, body })),
    onSuccess: async (group) => {
      await queryClient.invalidateQueries({ queryKey: ['groups'] });
      onDone(group);
    },
  });
}
