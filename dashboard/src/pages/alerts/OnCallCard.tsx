/** Who is on call for the host now, and how to reach them. */

import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Card, Facts } from '../../ui/Layout.tsx';
import { Time } from '../../ui/Time.tsx';
import type { Alert } from './data.ts';

/** An address to write to or a number to call, when it looks like one. */
function Contact({ contact }: { readonly contact: string }) {
  const href = contact.includes('@')
    ? `mailto:${contact}`
    : /^\+?[\d ().-]{6,}$/.test(contact)
      ? `tel:${contact.replaceAll(/[^\d+]/g, '')}`
      : undefined;
  if (href === undefined) return contact;
  return (
    <a href={href} className="text-accent underline underline-offset-2">
      {contact}
    </a>
  );
}

/** The card; it says what to do when there is nobody. */
export function OnCallCard({ person }: { readonly person: Alert['on_call'] }) {
  const { t } = useTranslation('alerts');
  if (person === null)
    return (
      <Card title={t('detail.onCall')}>
        <p className="text-ink-soft">{t('detail.onCallNobody')}</p>
      </Card>
    );
  const facts: (readonly [string, ReactNode])[] = [];
  if (person.contact !== null) facts.push([t('detail.contact'), <Contact key="c" contact={person.contact} />]);
  if (person.schedule !== null) facts.push([t('detail.schedule'), person.schedule.name]);
  if (person.group !== null)
    facts.push([
      t('detail.group'),
      <Link
        key="g"
        to="/groups/$groupId"
        params={{ groupId: person.group.id }}
        className="text-accent underline underline-offset-2"
      >
        {person.group.name}
      </Link>,
    ]);
  return (
    <Card title={t('detail.onCall')}>
      <p className="mb-2 font-medium">
        {person.name}
        {person.until !== null && (
          <span className="font-normal text-ink-soft">
            {' '}
            {t('detail.onCallUntil')} <Time value={person.until} />
          </span>
        )}
      </p>
      <Facts items={facts} />
    </Card>
  );
}
