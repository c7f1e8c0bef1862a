/** Approves a version that another admin wrote. */

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { api, ask, withTotp } from '../../api/client.ts';
import { useCan, useMe } from '../../session.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { TotpField } from '../../ui/Field.tsx';
import { FormActions, WriteForm } from '../../ui/WriteForm.tsx';
import type { Playbook, PlaybookVersion } from './queries.ts';
import { StepList } from './StepList.tsx';

/** The button, and the dialog in which the content is read once more; or why it is not for this person. */
export function ApproveVersion({
  playbook,
  version,
}: {
  readonly playbook: Playbook;
  readonly version: PlaybookVersion;
}) {
  const { t } = useTranslation('playbooks');
  const can = useCan();
  const me = useMe();
  const queryClient = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const [code, setCode] = useState('');
  const approve = useMutation({
    mutationFn: () =>
      ask(
        api.POST('/playbooks/{id}/approve', {
          params: { path: { id: playbook.id } },
          headers: withTotp(code),
          // The digest of what was read: a version saved in between is not approved unread.
          body: { version: version.version, sha256: version.sha256 },
        }),
      ),
    onError: () => setCode(''),
    onSuccess: async () => {
      setOpen(false);
      toast.success(t('approved', { version: version.version }));
      await queryClient.invalidateQueries({ queryKey: ['playbooks'] });
    },
  });
  if (version.approved_at !== null || playbook.archived_at !== null || !can('playbooks.write')) return null;
  if (version.created_by === me.id) return <p className="mt-3 text-xs text-ink-soft">{t('ownVersion')}</p>;
  const words = { version: version.version, slug: playbook.slug };
  return (
    <>
      <Button kind="primary" className="mt-3 w-full" onClick={() => setOpen(true)}>
        {t('approve', words)}
      </Button>
      <Dialog open={isOpen} onOpenChange={setOpen} title={t('approveTitle', words)} description={t('approveLead')} wide>
        <WriteForm write={approve}>
          <StepList steps={version.content.steps} />
          <p className="font-mono text-xs break-all text-ink-faint">SHA-256 {version.sha256}</p>
          <TotpField value={code} onChange={(event) => setCode(event.target.value)} />
          <FormActions onCancel={() => setOpen(false)} busy={approve.isPending}>
            {t('approve', words)}
          </FormActions>
        </WriteForm>
      </Dialog>
    </>
  );
}
