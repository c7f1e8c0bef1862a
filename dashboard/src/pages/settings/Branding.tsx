/** A client's brand: logo, colour, product name, domain, with what it will look like. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Globe } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { parseColor } from '../../../../src/domain/brand.ts';
import { type Answered, API_BASE, api, ask } from '../../api/client.ts';
import { problemOf } from '../../api/problem.ts';
import { useTenantName } from '../../session.ts';
import { useTenantId } from '../../shell/tenant.ts';
import { Button } from '../../ui/Button.tsx';
import { EmptyState, Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Field, TextField } from '../../ui/Field.tsx';
import { Card, Page } from '../../ui/Layout.tsx';
import { WriteForm } from '../../ui/WriteForm.tsx';
import { BrandPreview } from './BrandPreview.tsx';
import { ClientPicker } from './ClientPicker.tsx';
import { DomainProof } from './DomainProof.tsx';

/** A client's brand as the API tells it. */
export type Brand = Answered<'/tenants/{id}/branding', 'get'>;

const FALLBACK_COLOR = '#4338ca';

/** The page. */
export function Branding() {
  const { t } = useTranslation('settings');
  const tenantId = useTenantId();
  const brand = useQuery({
    queryKey: ['branding', tenantId],
    enabled: tenantId !== undefined,
    queryFn: ({ signal }) =>
      ask(api.GET('/tenants/{id}/branding', { params: { path: { id: tenantId ?? '' } }, signal })),
  });
  return (
    <Page title={t('branding.title')} lead={t('branding.lead')} actions={<ClientPicker />}>
      {tenantId === undefined && (
        <EmptyState title={t('pickClient')} icon={<Globe aria-hidden="true" />}>
          {t('branding.pickText')}
        </EmptyState>
      )}
      {tenantId !== undefined && brand.isPending && <SkeletonRows rows={6} />}
      {brand.isError && <Problem error={brand.error} onRetry={() => void brand.refetch()} />}
      {brand.data && <BrandForm key={brand.data.tenant_id} brand={brand.data} />}
    </Page>
  );
}

/** Sends only what was changed; the hub writes an SVG anew and says what it thinks of a domain. */
async function saveBrand(tenantId: string, change: FormData): Promise<Brand> {
  // The typed client has no multipart: a form is a form.
  return ask(
    fetch(`${API_BASE}/tenants/${tenantId}/branding`, { method: 'PUT', body: change }).then(async (response) => {
      const body: unknown = await response.json();
      return response.ok ? { data: body as Brand, response } : { error: body, response };
    }),
  );
}

function BrandForm({ brand }: { readonly brand: Brand }) {
  const { t } = useTranslation('settings');
  const { t: common } = useTranslation();
  const queryClient = useQueryClient();
  const nameOf = useTenantName();
  const [productName, setProductName] = useState(brand.product_name ?? '');
  const [color, setColor] = useState(brand.primary_color ?? FALLBACK_COLOR);
  const [domain, setDomain] = useState(brand.custom_domain_unicode ?? '');
  const [logo, setLogo] = useState<File | null>(null);
  const [logoUrl, setLogoUrl] = useState<string | null>(brand.logo_url);
  const save = useMutation({
    mutationFn: () => {
      const form = new FormData();
      if (logo !== null) form.set('logo', logo);
      if (color !== (brand.primary_color ?? FALLBACK_COLOR) || brand.primary_color === null)
        form.set('primary_color', color);
      if (productName !== (brand.product_name ?? '')) form.set('product_name', productName);
      if (domain !== (brand.custom_domain_unicode ?? '')) form.set('custom_domain', domain);
      return saveBrand(brand.tenant_id, form);
    },
    onSuccess: (saved) => {
      queryClient.setQueryData(['branding', brand.tenant_id], saved);
      setLogo(null);
      // The same address has another picture now.
      setLogoUrl(saved.logo_url === null ? null : `${saved.logo_url}?${saved.logo_sha256}`);
      toast.success(common('saved'));
    },
  });
  const fault = (field: string): string | undefined => problemOf(save.error)?.fault(field);
  const shown = parseColor(color) ?? FALLBACK_COLOR;
  return (
    <div className="grid gap-4 xl:grid-cols-[minmax(0,26rem)_minmax(0,1fr)]">
      <div className="space-y-4">
        <Card title={nameOf(brand.tenant_id)}>
          <WriteForm write={save}>
            <TextField
              label={t('branding.productName')}
              hint={t('branding.productNameHint')}
              value={productName}
              maxLength={60}
              fault={fault('product_name')}
              onChange={({ target }) => setProductName(target.value)}
            />
            <div className="flex items-end gap-2">
              <TextField
                label={t('branding.color')}
                value={color}
                className="flex-1"
                fault={fault('primary_color')}
                onChange={({ target }) => setColor(target.value)}
              />
              <input
                type="color"
                aria-label={t('branding.pickColor')}
                value={shown}
                onChange={({ target }) => setColor(target.value)}
                className="h-9 w-12 rounded-md border border-line-strong/70 bg-surface p-1 pointer-coarse:h-11"
              />
            </div>
            <Field label={t('branding.logo')} hint={t('branding.logoHint')}>
              {(ids) => (
                <input
                  {...ids}
                  type="file"
                  accept="image/svg+xml,image/png,image/webp"
                  className="block w-full text-xs text-ink-soft file:mr-3 file:h-9 file:rounded-md file:border-0 file:bg-sunken file:px-3 file:font-medium file:text-ink"
                  onChange={({ target }) => {
                    const file = target.files?.[0] ?? null;
                    setLogo(file);
                    setLogoUrl(file === null ? brand.logo_url : URL.createObjectURL(file));
                  }}
                />
              )}
            </Field>
            <TextField
              label={t('branding.domain')}
              hint={t('branding.domainHint')}
              placeholder="ops.acme.com"
              value={domain}
              fault={fault('custom_domain')}
              onChange={({ target }) => setDomain(target.value)}
            />
            <Button type="submit" kind="primary" busy={save.isPending}>
              {common('save')}
            </Button>
          </WriteForm>
        </Card>
        <DomainProof brand={brand} />
      </div>
      <BrandPreview
        name={productName || nameOf(brand.tenant_id)}
        color={shown}
        logoUrl={logoUrl}
        domain={domain || t('branding.noDomain')}
      />
    </div>
  );
}
