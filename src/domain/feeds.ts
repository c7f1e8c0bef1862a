/** The two public feeds as the hub uses them: parsed strictly, and judged before they replace what is there. */

import { z } from 'zod';
import { parseKernelVersion } from './kernelCve.ts';

const date = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const cve = z.string().regex(/^CVE-\d{4}-\d{4,}$/);

const kevCatalogue = z.looseObject({
  catalogVersion: z.string().min(1).max(64),
  vulnerabilities: z
    .array(
      z.looseObject({
        cveID: cve,
        vendorProject: z.string().max(300),
        product: z.string().max(300),
        vulnerabilityName: z.string().max(500),
        dateAdded: date,
        dueDate: date.optional(),
        knownRansomwareCampaignUse: z.string().max(50).optional(),
      }),
    )
    .min(1)
    .max(100_000),
});

/** One entry of the CISA KEV catalogue, as stored. */
export type KevEntry = {
  readonly cve_id: string;
  readonly vendor: string;
  readonly product: string;
  readonly name: string;
  readonly date_added: string;
  readonly due_date: string | null;
  readonly ransomware: boolean;
};

/** A parsed feed: its own version and its entries. */
export type ParsedFeed<T> = { readonly version: string; readonly entries: readonly T[] };

/** Reads CISA's JSON; throws a ZodError for anything that is not the catalogue. */
export function parseKevCatalogue(json: unknown): ParsedFeed<KevEntry> {
  const catalogue = kevCatalogue.parse(json);
  const entries = catalogue.vulnerabilities.map((entry) => ({
    cve_id: entry.cveID,
    vendor: entry.vendorProject,
    product: entry.product,
    name: entry.vulnerabilityName,
    date_added: entry.dateAdded,
    due_date: entry.dueDate ?? null,
    ransomware: entry.knownRansomwareCampaignUse === 'Known',
  }));
  return { version: catalogue.catalogVersion, entries: uniqueBy(entries, (entry) => entry.cve_id) };
}

const kernelFixes = z
  .record(
    z.string().max(64),
    z.record(z.string().max(16), z.looseObject({ fixed_version: z.string().max(32).optional() })),
  )
  .refine((feed) => Object.keys(feed).length > 0, 'no CVE at all');

/** First fixed version of a CVE in one stable stream, as stored. */
export type KernelFix = {
  readonly cve_id: string;
  readonly stream: string;
  readonly fixed_version: string;
  readonly fixed_patch: number;
};

/** Reads the stream fixes. Entries that name no version of their own stream are left out: they say nothing about a host. */
export function parseKernelFixes(json: unknown, version: string): ParsedFeed<KernelFix> {
  const feed = kernelFixes.parse(json);
  const entries = Object.entries(feed).flatMap(([cveId, streams]) =>
    Object.entries(streams).flatMap(([stream, fix]) => {
      const fixed = parseKernelVersion(fix.fixed_version ?? '');
      if (!cve.safeParse(cveId).success || fixed === null || fixed.stream !== stream) return [];
      return [{ cve_id: cveId, stream, fixed_version: fix.fixed_version as string, fixed_patch: fixed.patch }];
    }),
  );
  return { version, entries };
}

/** A refresh may not lose more than this share of entries: a catalogue that shrinks suddenly is a broken one. */
const MIN_KEPT_SHARE = 0.8;

/** Whether a feed with `count` entries may replace one with `before`. */
export function isPlausibleFeed(count: number, before: number): boolean {
  return count > 0 && count >= before * MIN_KEPT_SHARE;
}

function uniqueBy<T>(items: readonly T[], key: (item: T) => string): readonly T[] {
  return [...new Map(items.map((item) => [key(item), item])).values()];
}
