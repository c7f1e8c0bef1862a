/** Labelled form fields with hint and fault, tied together for screen readers. */

import {
  type InputHTMLAttributes,
  type ReactNode,
  type Ref,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
  useId,
} from 'react';
import { useTranslation } from 'react-i18next';
import { cx } from './classNames.ts';

type Around = {
  readonly label: string;
  readonly hint?: ReactNode;
  /** The sentence of what is wrong with it. */
  readonly fault?: string | undefined;
  /** The label is for screen readers alone. */
  readonly hideLabel?: boolean | undefined;
  /** Of the whole, such as its place in a grid. */
  readonly className?: string | undefined;
};

const BOX =
  'w-full rounded-md border border-line-strong/70 bg-surface px-2.5 text-ink placeholder:text-ink-faint aria-invalid:border-critical disabled:opacity-60 pointer-coarse:text-base';

/** Lays a label, a hint and a fault around any control, which gets the ids to point at them. */
export function Field({
  label,
  hint,
  fault,
  hideLabel,
  children,
  className,
}: Around & {
  readonly children: (ids: {
    readonly id: string;
    readonly 'aria-describedby': string | undefined;
    readonly 'aria-invalid': true | undefined;
  }) => ReactNode;
}) {
  const id = useId();
  const described = [hint !== undefined && `${id}-hint`, fault !== undefined && `${id}-fault`]
    .filter(Boolean)
    .join(' ');
  return (
    <div className={cx('min-w-0 space-y-1', className)}>
      <label htmlFor={id} className={cx('block text-xs font-medium text-ink-soft', hideLabel && 'sr-only')}>
        {label}
      </label>
      {children({
        id,
        'aria-describedby': described === '' ? undefined : described,
        'aria-invalid': fault === undefined ? undefined : true,
      })}
      {hint !== undefined && (
        <p id={`${id}-hint`} className="text-xs text-ink-faint">
          {hint}
        </p>
      )}
      {fault !== undefined && (
        <p id={`${id}-fault`} role="alert" className="text-xs font-medium text-critical">
          {fault}
        </p>
      )}
    </div>
  );
}

/** A line of text. */
export function TextField({
  label,
  hint,
  fault,
  hideLabel,
  className,
  ...rest
}: Around & InputHTMLAttributes<HTMLInputElement> & { readonly ref?: Ref<HTMLInputElement> }) {
  return (
    <Field {...{ label, hint, fault, hideLabel, className }}>
      {(ids) => <input {...rest} {...ids} className={cx(BOX, 'h-9 pointer-coarse:h-11')} />}
    </Field>
  );
}

/** Several lines of text. */
export function TextArea({
  label,
  hint,
  fault,
  hideLabel,
  className,
  ...rest
}: Around & TextareaHTMLAttributes<HTMLTextAreaElement> & { readonly ref?: Ref<HTMLTextAreaElement> }) {
  return (
    <Field {...{ label, hint, fault, hideLabel, className }}>
      {(ids) => <textarea rows={3} {...rest} {...ids} className={cx(BOX, 'min-h-16 py-2')} />}
    </Field>
  );
}

/** One of a few choices; the browser's own list works with every keyboard and phone. */
export function SelectField({
  label,
  hint,
  fault,
  hideLabel,
  className,
  children,
  ...rest
}: Around & SelectHTMLAttributes<HTMLSelectElement> & { readonly ref?: Ref<HTMLSelectElement> }) {
  return (
    <Field {...{ label, hint, fault, hideLabel, className }}>
      {(ids) => (
        <select {...rest} {...ids} className={cx(BOX, 'h-9 pr-7 pointer-coarse:h-11')}>
          {children}
        </select>
      )}
    </Field>
  );
}

/** A yes or no with its words beside it. */
export function Checkbox({
  label,
  hint,
  ...rest
}: { readonly label: ReactNode; readonly hint?: ReactNode } & InputHTMLAttributes<HTMLInputElement> & {
    readonly ref?: Ref<HTMLInputElement>;
  }) {
  const id = useId();
  return (
    <div className="flex items-start gap-2">
      <input
        {...rest}
        id={id}
        type="checkbox"
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        className="mt-0.5 size-4 shrink-0 accent-(--accent) pointer-coarse:size-6"
      />
      <label htmlFor={id} className="text-sm text-ink">
        {label}
        {hint !== undefined && (
          <span id={`${id}-hint`} className="block text-xs text-ink-faint">
            {hint}
          </span>
        )}
      </label>
    </div>
  );
}

/** Six digits of the person's authenticator; phones show digits and offer the code. */
export function TotpField({
  fault,
  ...rest
}: { readonly fault?: string | undefined } & InputHTMLAttributes<HTMLInputElement> & {
    readonly ref?: Ref<HTMLInputElement>;
  }) {
  const { t } = useTranslation();
  return (
    <Field label={t('totp.label')} hint={t('totp.hint')} fault={fault}>
      {(ids) => (
        <input
          {...rest}
          {...ids}
          inputMode="numeric"
          autoComplete="one-time-code"
          pattern="[0-9]{6}"
          maxLength={6}
          required
          className={cx(BOX, 'h-11 max-w-44 text-center font-mono text-lg tracking-[0.35em]')}
        />
      )}
    </Field>
  );
}
