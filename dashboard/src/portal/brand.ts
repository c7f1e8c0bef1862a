/** The client's brand: of the host that was asked, or of the client who is signed in on the hub's own host. */

import { queryOptions } from '@tanstack/react-query';
import { type Answered, api, ask } from '../api/client.ts';
import { ProblemError } from '../api/problem.ts';

/** What the portal draws with. */
export type Brand = {
  readonly productName: string | null;
  readonly logoUrl: string | null;
  readonly colors: Answered<'/branding', 'get'>['colors'];
  readonly poweredBy: string | null;
};

/** Brand of the host; null where the host is the hub's own. */
export const hostBrandQuery = queryOptions({
  queryKey: ['brand', 'host'],
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: async ({ signal }): Promise<Brand | null> => {
    try {
      const brand = await ask(api.GET('/branding', { signal }));
      return {
        productName: brand.product_name,
        logoUrl: brand.logo_url,
        colors: brand.colors,
        poweredBy: brand.powered_by,
      };
    } catch (error) {
      if (error instanceof ProblemError && error.status === 404) return null;
      throw error;
    }
  },
});

/** Brand of a client, for its own people. */
export function tenantBrandQuery(tenantId: string) {
  return queryOptions({
    queryKey: ['brand', tenantId],
    queryFn: async ({ signal }): Promise<Brand> => {
      const [brand, tenants] = await Promise.all([
        ask(api.GET('/tenants/{id}/branding', { params: { path: { id: tenantId } }, signal })),
        ask(api.GET('/tenants', { params: { query: { limit: 1 } }, signal })),
      ]);
      return {
        productName: brand.product_name ?? tenants.items.find(({ id }) => id === tenantId)?.name ?? null,
        logoUrl: brand.logo_url,
        colors: brand.colors,
        poweredBy: brand.powered_by ?? null,
      };
    },
  });
}

/** Puts the colours of a brand into force; the hub derived them so that they can be read (docs/branding.md). */
export function applyColors(colors: Brand['colors']): void {
  const { style } = document.documentElement;
  const names = {
    '--accent': 'accent',
    '--accent-strong': 'accent',
    '--accent-wash': 'tint',
    '--brand': 'solid',
    '--brand-ink': 'on_solid',
  } as const;
  for (const [name, key] of Object.entries(names)) {
    if (colors === null) style.removeProperty(name);
    else style.setProperty(name, `light-dark(${colors.light[key]}, ${colors.dark[key]})`);
  }
}
