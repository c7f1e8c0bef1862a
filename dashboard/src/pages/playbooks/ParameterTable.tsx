/** What a playbook asks for. */

import { useTranslation } from 'react-i18next';
import { Card } from '../../ui/Layout.tsx';
import { Table } from '../../ui/Table.tsx';
import type { PlaybookItem } from './queries.ts';

/** The parameters with their types and defaults. */
export function ParameterTable({ parameters }: { readonly parameters: PlaybookItem['parameters'] }) {
  const { t } = useTranslation('playbooks');
  const { t: common } = useTranslation();
  return (
    <Card title={t('parameters')} flush>
      <Table
        label={t('parameters')}
        rows={parameters}
        rowKey={({ name }) => name}
        empty={<p className="p-4 text-ink-soft">{t('noParameters')}</p>}
        columns={[
          {
            key: 'name',
            title: t('parameter.name'),
            cell: ({ name }) => <code className="font-mono text-xs">{name}</code>,
          },
          { key: 'type', title: t('parameter.type'), cell: ({ type }) => type },
          {
            key: 'needed',
            title: t('parameter.needed'),
            cell: ({ required, default: preset }) => common(required && preset === undefined ? 'yes' : 'no'),
          },
          {
            key: 'preset',
            title: t('parameter.preset'),
            cell: ({ default: preset }) => (preset === undefined ? '—' : String(preset)),
          },
          { key: 'description', title: t('parameter.description'), from: 'md', cell: (each) => each.description ?? '' },
        ]}
      />
    </Card>
  );
}
