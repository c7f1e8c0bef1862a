/** The portal as the client will see it, in light and in dark, while one still types. */

import { useTranslation } from 'react-i18next';
import { type BrandTheme, brandColors, contrastRatio, LEAST_TEXT_CONTRAST } from '../../../../src/domain/brand.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Card } from '../../ui/Layout.tsx';

type Shown = { readonly name: string; readonly logoUrl: string | null; readonly domain: string };

/** Both themes side by side, drawn with the colours that the hub derives. */
export function BrandPreview({ color, ...shown }: Shown & { readonly color: string }) {
  const { t } = useTranslation('settings');
  const colors = brandColors(color);
  const contrast = contrastRatio(color, '#ffffff');
  return (
    <Card
      className="self-start"
      title={t('branding.preview')}
      actions={
        <Badge tone={contrast >= LEAST_TEXT_CONTRAST ? 'good' : 'medium'}>
          {t('branding.contrast', { ratio: contrast.toFixed(1) })}
        </Badge>
      }
    >
      <div className="grid gap-4 md:grid-cols-2">
        <Portal {...shown} theme={colors.light} ink="#171a21" soft="#4b5262" label={t('branding.light')} />
        <Portal {...shown} theme={colors.dark} ink="#e7eaf0" soft="#a9b1c1" label={t('branding.dark')} />
      </div>
      {(colors.light.is_adjusted || colors.dark.is_adjusted) && (
        <p className="mt-3 text-xs text-ink-soft">{t('branding.adjusted')}</p>
      )}
    </Card>
  );
}

function Portal({
  name,
  logoUrl,
  domain,
  theme,
  ink,
  soft,
  label,
}: Shown & { readonly theme: BrandTheme; readonly ink: string; readonly soft: string; readonly label: string }) {
  const { t } = useTranslation('settings');
  return (
    <figure className="overflow-hidden rounded-lg border border-line" style={{ background: theme.surface, color: ink }}>
      <figcaption className="border-b px-3 py-1.5 font-mono text-2xs" style={{ color: soft, borderColor: `${soft}40` }}>
        {label} · {domain}
      </figcaption>
      <div className="flex items-center gap-2.5 border-b px-4 py-3" style={{ borderColor: `${soft}40` }}>
        {logoUrl === null ? (
          <span
            aria-hidden="true"
            className="grid size-7 shrink-0 place-items-center rounded-md font-semibold"
            style={{ background: theme.solid, color: theme.on_solid }}
          >
            {name.slice(0, 1).toUpperCase()}
          </span>
        ) : (
          <img src={logoUrl} alt="" className="h-7 max-w-28 object-contain" />
        )}
        <span className="truncate font-semibold">{name}</span>
      </div>
      <div className="space-y-3 p-4 text-xs">
        <p className="text-base font-semibold" style={{ color: theme.accent }}>
          {t('branding.sampleTitle')}
        </p>
        <p style={{ color: soft }}>{t('branding.sampleText')}</p>
        <p className="rounded px-2 py-1" style={{ background: theme.tint, color: theme.accent }}>
          {t('branding.sampleBadge')}
        </p>
        <span
          className="inline-block rounded px-3 py-1.5 font-medium"
          style={{ background: theme.solid, color: theme.on_solid }}
        >
          {t('branding.sampleButton')}
        </span>
        <p className="border-t pt-2 text-2xs" style={{ color: soft, borderColor: `${soft}40` }}>
          {t('branding.poweredBy')}
        </p>
      </div>
    </figure>
  );
}
