/** What the pages of audit packs ask the hub. */

import { queryOptions } from '@tanstack/react-query';
import { type Answered, api, ask, type Item } from '../../api/client.ts';
import { fetchFile, fileHref } from '../../api/download.ts';

/** A pack as lists show it. */
export type Pack = Item<'/audit-packs'>;
/** How the last build of a month is getting on. */
export type Build = Item<'/audit-packs/builds'>;
/** Files of a pack, by what the API calls them. */
export type PackFormat = 'pdf' | 'jsonl' | 'sig' | 'manifest' | 'zip';

/** Most rows that one answer holds. */
const MAX_ROWS = 1000;
/** While a build runs, and otherwise. */
const POLL_MS = { running: 1_000, idle: 15_000 } as const;

/** Packs of one client, or of all. */
export function packsQuery(tenantId: string | undefined) {
  return queryOptions({
    queryKey: ['audit-packs', 'list', tenantId ?? 'all'],
    queryFn: async ({ signal }) =>
      (
        await ask(
          api.GET('/audit-packs', {
            params: { query: { limit: MAX_ROWS, ...(tenantId !== undefined && { tenant_id: tenantId }) } },
            signal,
          }),
        )
      ).items,
  });
}

/** Builds of one client, or of all; asked every second while one runs. */
export function buildsQuery(tenantId: string | undefined) {
  return queryOptions({
    queryKey: ['audit-packs', 'builds', tenantId ?? 'all'],
    queryFn: async ({ signal }) =>
      (
        await ask(
          api.GET('/audit-packs/builds', {
            params: { query: tenantId === undefined ? {} : { tenant_id: tenantId } },
            signal,
          }),
        )
      ).items,
    refetchInterval: ({ state }) => (state.data?.some(isRunning) ? POLL_MS.running : POLL_MS.idle),
  });
}

/** Whether a build is under way. */
export function isRunning(build: Build): boolean {
  return build.finished_at === null;
}

/** Address of a file of a pack; with `actorFilter`, of the pack filtered so. */
export function packFileHref(packId: string, format: PackFormat, actorFilter?: string): string {
  return fileHref(`/audit-packs/${packId}/download`, { format, actor_filter: actorFilter });
}

/** The manifest's members that screens show (docs/formats/audit-pack.md). */
export type Manifest = {
  readonly counts: Readonly<Record<string, number>>;
  readonly entries: number;
  readonly hash_chain_root: string;
  readonly previous: { readonly month: string } | null;
  readonly filter: { readonly actor_suffix: string; readonly kept: number; readonly left_out: number } | null;
};

/** The manifest and the `.sig` of a pack; their bytes never change unless it is a preview. */
export function packEvidenceQuery(pack: Pack) {
  return queryOptions({
    queryKey: ['audit-packs', 'evidence', pack.id, pack.built_at],
    enabled: pack.has_files,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) => {
      const [manifest, sig] = await Promise.all(
        (['manifest', 'sig'] as const).map(async (format) =>
          (await fetchFile(packFileHref(pack.id, format), signal)).blob.text(),
        ),
      );
      return { manifest: JSON.parse(manifest ?? '') as Manifest, sig: sig ?? '' };
    },
  });
}

/** Whom packs of a client are handed to. */
export function contactsQuery(tenantId: string) {
  return queryOptions({
    queryKey: ['audit-packs', 'contacts', tenantId],
    queryFn: async ({ signal }) =>
      (await ask(api.GET('/tenants/{id}/handover-contacts', { params: { path: { id: tenantId } }, signal }))).items,
  });
}

/** A contact of a handover. */
export type Contact = Answered<'/tenants/{id}/handover-contacts', 'get'>['items'][number];

/** Links for auditors of a client. */
export function auditorLinksQuery(tenantId: string) {
  return queryOptions({
    queryKey: ['auditor-links', tenantId],
    queryFn: async ({ signal }) =>
      (await ask(api.GET('/tenants/{id}/auditor-links', { params: { path: { id: tenantId } }, signal }))).items,
  });
}
