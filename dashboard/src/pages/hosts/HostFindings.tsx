/** What weakens a host: open security findings, and files that are not as they were. */

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { FileCheck2, ShieldCheck } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { SEVERITIES, type Severity } from '../../../../src/domain/severity.ts';
import { api, ask } from '../../api/client.ts';
import { useCan } from '../../session.ts';
import { Badge, SeverityBadge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { EmptyState, Problem } from '../../ui/Feedback.tsx';
import { Card } from '../../ui/Layout.tsx';
import { Table } from '../../ui/Table.tsx';
import { Time } from '../../ui/Time.tsx';
import type { HostDetail } from './hostQueries.ts';

/** The tab of findings. */
export function HostFindings({ host }: { readonly host: HostDetail }) {
  const { t } = useTranslation('hosts');
  const mayAccept = useCan()('agents.write');
  const { findings, drifted_files: drifted } = host;
  return (
    <div className="space-y-4">
      <Card title={t('findings.title')} flush>
        <Table
          label={t('findings.title')}
          rows={findings}
          rowKey={({ kind, subject }) => `${kind} ${subject}`}
          empty={
            <EmptyState title={t('findings.none')} icon={<ShieldCheck aria-hidden="true" />}>
              {t('findings.noneText')}
            </EmptyState>
          }
          columns={[
            { key: 'severity', title: t('cves.severity'), cell: ({ severity }) => <Severe severity={severity} /> },
            {
              key: 'subject',
              title: t('findings.subject'),
              cell: ({ subject, detail, detected_at }) => (
                <>
                  <code className="text-xs break-all">{subject}</code>
                  <span className="block text-xs wrap-anywhere text-ink-faint">{detail}</span>
                  <span className="block text-xs text-ink-faint sm:hidden">
                    {t('cves.since')} <Time value={detected_at} format="date" />
                  </span>
                </>
              ),
            },
            { key: 'kind', title: t('findings.kind'), from: 'sm', cell: ({ kind }) => <Badge>{kind}</Badge> },
            {
              key: 'since',
              title: t('cves.since'),
              align: 'right',
              from: 'sm',
              cell: ({ detected_at }) => <Time value={detected_at} format="date" />,
            },
          ]}
        />
      </Card>
      <Card
        title={t('drift.title')}
        flush
        actions={mayAccept && drifted.length > 0 && <AcceptBaseline host={host} count={drifted.length} />}
      >
        <Table
          label={t('drift.title')}
          rows={drifted}
          rowKey={({ path }) => path}
          empty={
            <EmptyState title={t('drift.none')} icon={<FileCheck2 aria-hidden="true" />}>
              {t('drift.noneText')}
            </EmptyState>
          }
          columns={[
            {
              key: 'path',
              title: t('drift.path'),
              cell: ({ path, drifted_at }) => (
                <>
                  <code className="text-xs break-all">{path}</code>
                  <span className="block text-xs text-ink-faint sm:hidden">
                    {t('cves.since')} <Time value={drifted_at} />
                  </span>
                </>
              ),
            },
            {
              key: 'what',
              title: t('drift.what'),
              cell: ({ missing }) => (
                <Badge tone={missing ? 'critical' : 'high'}>{missing ? t('drift.missing') : t('drift.changed')}</Badge>
              ),
            },
            {
              key: 'since',
              title: t('cves.since'),
              align: 'right',
              from: 'sm',
              cell: ({ drifted_at }) => <Time value={drifted_at} />,
            },
          ]}
        />
      </Card>
    </div>
  );
}

/** Severities of findings come from hosts; one that the hub does not know is shown as it is. */
function Severe({ severity }: { readonly severity: string }) {
  return SEVERITIES.includes(severity as Severity) ? (
    <SeverityBadge severity={severity as Severity} />
  ) : (
    <Badge>{severity}</Badge>
  );
}

function AcceptBaseline({ host, count }: { readonly host: HostDetail; readonly count: number }) {
  const { t } = useTranslation('hosts');
  const { t: common } = useTranslation();
  const [open, setOpen] = useState(false);
  const queryClient = useQueryClient();
  const accept = useMutation({
    mutationFn: () => ask(api.POST('/agents/{id}/accept-baseline', { params: { path: { id: host.id } } })),
    onSuccess: async ({ accepted }) => {
      toast.success(t('drift.accepted', { count: accepted }));
      setOpen(false);
      await queryClient.invalidateQueries({ queryKey: ['agents'] });
    },
  });
  return (
    <>
      <Button size="sm" onClick={() => setOpen(true)}>
        {t('drift.accept')}
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={t('drift.acceptTitle', { count, host: host.hostname })}
        description={t('drift.acceptLead')}
      >
        {accept.isError && <Problem error={accept.error} />}
        <DialogActions>
          <Button onClick={() => setOpen(false)}>{common('cancel')}</Button>
          <Button kind="primary" busy={accept.isPending} onClick={() => accept.mutate()}>
            {t('drift.accept')}
          </Button>
        </DialogActions>
      </Dialog>
    </>
  );
}
