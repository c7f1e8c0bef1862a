/** Picks one host by typing a part of its name: a combobox over the hub's own search. */

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask, type Item } from '../api/client.ts';
import { useTenantName } from '../session.ts';
import { cx } from './classNames.ts';
import { TextField } from './Field.tsx';

/** A host as the list of hosts shows it. */
export type Host = Item<'/agents'>;

const SHOWN = 12;

/** Asks for hosts of a client, or of all in reach; `value` is the one chosen. */
export function HostPicker({
  value,
  onChange,
  tenantId,
  fault,
  required = true,
}: {
  readonly value: Host | null;
  readonly onChange: (host: Host | null) => void;
  readonly tenantId?: string | undefined;
  readonly fault?: string | undefined;
  readonly required?: boolean;
}) {
  const { t } = useTranslation('emergency');
  const tenantName = useTenantName();
  const listId = useId();
  const [typed, setTyped] = useState<string | null>(null);
  const [active, setActive] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  const isOpen = typed !== null;
  const hosts = useQuery({
    queryKey: ['agents', 'picker', tenantId, typed],
    enabled: isOpen,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      ask(
        api.GET('/agents', {
          params: {
            query: {
              limit: SHOWN,
              is_active: 'true',
              ...(tenantId !== undefined && { tenant_id: tenantId }),
              ...(typed?.trim() && { q: typed.trim() }),
            },
          },
          signal,
        }),
      ),
  });
  const found = hosts.data?.items ?? [];
  const choose = (host: Host): void => {
    onChange(host);
    setTyped(null);
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (!isOpen) setTyped('');
      else setActive((old) => (old + (event.key === 'ArrowDown' ? 1 : found.length - 1)) % Math.max(1, found.length));
    } else if (event.key === 'Enter' && isOpen) {
      event.preventDefault();
      const host = found[active];
      if (host !== undefined) choose(host);
    } else if (event.key === 'Escape' && isOpen) {
      event.stopPropagation();
      setTyped(null);
    }
  };
  return (
    <div
      ref={box}
      className="relative"
      onBlur={(event) => {
        if (!box.current?.contains(event.relatedTarget)) setTyped(null);
      }}
    >
      <TextField
        label={t('host.label')}
        role="combobox"
        aria-expanded={isOpen}
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={isOpen && found.length > 0 ? `${listId}-${active}` : undefined}
        autoComplete="off"
        spellCheck={false}
        required={required}
        placeholder={t('host.placeholder')}
        fault={fault}
        value={typed ?? (value === null ? '' : `${tenantName(value.tenant_id)} / ${value.hostname}`)}
        onFocus={(event) => event.target.select()}
        onClick={() => setTyped((old) => old ?? '')}
        onChange={(event) => {
          setTyped(event.target.value);
          setActive(0);
          if (value !== null) onChange(null);
        }}
        onKeyDown={onKeyDown}
      />
      <span role="status" className="sr-only">
        {isOpen && hosts.data !== undefined ? t('host.count', { count: found.length }) : ''}
      </span>
      <div
        id={listId}
        role="listbox"
        aria-label={t('host.label')}
        className={cx(
          'absolute inset-x-0 top-full z-10 mt-1 max-h-72 overflow-y-auto rounded-lg border border-line bg-raised p-1 shadow-xl',
          !isOpen && 'hidden',
        )}
      >
        {found.length === 0 && (
          <div className="px-2.5 py-2 text-ink-faint">{hosts.isPending ? '…' : t('host.none')}</div>
        )}
        {found.map((host, index) => (
          // The keyboard works from the input (aria-activedescendant); a press is for the mouse and the finger.
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- see above
          <div
            key={host.id}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === active}
            tabIndex={-1}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => choose(host)}
            className={cx(
              'flex cursor-pointer items-center gap-2 rounded-md px-2.5 py-1.5 pointer-coarse:py-3',
              index === active && 'bg-accent-wash text-accent',
            )}
          >
            <span className="min-w-0 flex-1 truncate">
              <span className="text-ink-soft">{tenantName(host.tenant_id)} / </span>
              <span className="font-medium">{host.hostname}</span>
            </span>
            <span className={cx('shrink-0 text-xs', host.link_state === 'online' ? 'text-good' : 'text-ink-faint')}>
              {t(`host.${host.link_state}`)}
            </span>
          </div>
        ))}
      </div>
    </div>
  );
}

/** The host with an id that an address named; undefined until it is known. */
export function useHost(id: string | undefined): Host | undefined {
  const { data } = useQuery({
    queryKey: ['agents', id],
    enabled: id !== undefined,
    queryFn: ({ signal }) => ask(api.GET('/agents/{id}', { params: { path: { id: id as string } }, signal })),
  });
  return data;
}
