/** Approve or reject one request: never optimistic, and never sent twice. */

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { api, ask, withTotp } from '../../api/client.ts';
import { ProblemError } from '../../api/problem.ts';
import { useOnline } from '../../shell/OfflineNotice.tsx';
import { Button } from '../../ui/Button.tsx';
import { Problem } from '../../ui/Feedback.tsx';
import { TextField, TotpField } from '../../ui/Field.tsx';
import { type QuorumRequest, quorumQuery } from './queries.ts';

/** In the order of the card on every phone: a button that changed its place would be pressed for the other. */
const DECISIONS = ['approve', 'reject'] as const;
type Decision = (typeof DECISIONS)[number];
type Sent = { readonly decision: Decision; readonly code: string; readonly comment: string };
/** What the hub takes. */
const MAX_COMMENT = 500;

/**
 * Sends a decision once. The same press that has to be repeated (the answer was lost on the way) goes under the same
 * key, and the hub answers it as it did; what it has is read before anything can be sent again.
 */
function useDecide(request: QuorumRequest, onCode: (code: string) => void) {
  const { t } = useTranslation('emergency');
  const queryClient = useQueryClient();
  const key = useRef<{ readonly of: string; readonly value: string } | null>(null);
  const { queryKey } = quorumQuery(request.id);
  return useMutation({
    mutationFn: ({ decision, code, comment }: Sent) => {
      const of = `${decision}:${code}:${comment}`;
      if (key.current?.of !== of) key.current = { of, value: crypto.randomUUID() };
      const options = {
        params: { path: { id: request.id } },
        headers: { ...withTotp(code), 'Idempotency-Key': key.current.value },
        body: comment === '' ? {} : { comment },
      };
      return ask(
        decision === 'approve'
          ? api.POST('/emergency/quorum/{id}/approve', options)
          : api.POST('/emergency/quorum/{id}/reject', options),
      );
    },
    onSuccess: (answer, { decision }) => {
      queryClient.setQueryData(queryKey, answer);
      toast.success(t(decision === 'approve' ? 'decision.approved' : 'decision.rejected'));
    },
    onError: async (error) => {
      if (!(error instanceof ProblemError && error.status === 0)) onCode('');
      await queryClient.invalidateQueries({ queryKey });
    },
  });
}

/**
 * The code, why, and the two buttons, which never change places. `preselect` is the decision that a notification's
 * button named: it stands out, and Enter sends it.
 */
export function DecisionForm({
  request,
  preselect = 'approve',
}: {
  readonly request: QuorumRequest;
  readonly preselect?: Decision;
}) {
  const { t } = useTranslation('emergency');
  const isOnline = useOnline();
  const [code, setCode] = useState('');
  const [comment, setComment] = useState('');
  const decide = useDecide(request, setCode);
  const isBlocked = !isOnline || decide.isPending;
  // Two presses within one frame both see the buttons as they were; this they share.
  const isSending = useRef(false);
  const send = (decision: Decision, form: HTMLFormElement | null): void => {
    if (isBlocked || isSending.current || form?.reportValidity() === false) return;
    isSending.current = true;
    decide.mutate(
      { decision, code, comment: comment.trim() },
      {
        onSettled: () => {
          isSending.current = false;
        },
      },
    );
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send(preselect, event.currentTarget);
      }}
      className="space-y-3"
    >
      {!isOnline && (
        <p role="status" className="rounded-md bg-medium-wash p-3 text-medium">
          {t('decision.offline')}
        </p>
      )}
      {decide.isError && <Problem error={decide.error} />}
      <TotpField value={code} onChange={(event) => setCode(event.target.value)} disabled={isBlocked} />
      <TextField
        label={t('decision.why')}
        value={comment}
        maxLength={MAX_COMMENT}
        autoComplete="off"
        disabled={isBlocked}
        onChange={(event) => setComment(event.target.value)}
      />
      <div className="grid gap-2 sm:grid-cols-2">
        {DECISIONS.map((decision) => (
          <Button
            key={decision}
            type={decision === preselect ? 'submit' : 'button'}
            kind={decision !== preselect ? 'secondary' : decision === 'approve' ? 'primary' : 'danger'}
            disabled={isBlocked}
            busy={decide.isPending && decide.variables.decision === decision}
            onClick={decision === preselect ? undefined : (event) => send(decision, event.currentTarget.form)}
            className="h-14 text-base pointer-coarse:h-14"
          >
            {t(`decision.${decision}`)}
          </Button>
        ))}
      </div>
    </form>
  );
}
