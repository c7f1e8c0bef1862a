/** Settings of the SSH server (sshd_config(5)) and the weak ones among them. */

import type { Inventory } from '../../domain/ingest.ts';

type Finding = Inventory['security_findings'][number];
type Settings = Inventory['sshd'];

/** Settings that are reported; most of the file concerns nobody but the host. */
const REPORTED = new Set([
  'allowtcpforwarding',
  'ciphers',
  'gssapiauthentication',
  'hostbasedauthentication',
  'ignorerhosts',
  'kbdinteractiveauthentication',
  'kexalgorithms',
  'logingracetime',
  'macs',
  'maxauthtries',
  'passwordauthentication',
  'permitemptypasswords',
  'permitrootlogin',
  'permituserenvironment',
  'port',
  'protocol',
  'pubkeyauthentication',
  'usepam',
  'x11forwarding',
]);
/** Includes within includes; more is a loop. */
const MAX_DEPTH = 16;

/**
 * The global settings, names in lower case. The first value of a name wins, in the order in which includes are met;
 * settings under `Match` hold for some connections only and are left out, up to the end of their file.
 * `include` gives the texts of the files that a pattern names.
 */
export function parseSshdConfig(text: string, include: (pattern: string) => readonly string[]): Settings {
  const settings = new Map<string, string>();
  const read = (content: string, depth: number): void => {
    for (const line of content.split('\n')) {
      const match = /^\s*([A-Za-z0-9]+)(?:\s*=\s*|\s+)(.+?)\s*$/.exec(line.replace(/(^|\s)#.*$/, ''));
      if (!match) continue;
      const name = (match[1] as string).toLowerCase();
      const value = (match[2] as string).replaceAll('"', '');
      if (name === 'match') return;
      if (name === 'include') {
        if (depth < MAX_DEPTH)
          for (const pattern of value.split(/\s+/)) for (const inner of include(pattern)) read(inner, depth + 1);
      } else if (REPORTED.has(name) && !settings.has(name)) settings.set(name, value.slice(0, 500));
    }
  };
  read(text, 0);
  return Object.fromEntries(settings);
}

/** A setting that weakens the host: values that are weak, what holds when nothing is said, and why. */
type Weakness = {
  readonly name: string;
  readonly shown: string;
  readonly isWeak: (value: string) => boolean;
  /** OpenSSH's own default. */
  readonly fallback: string;
  readonly severity: Finding['severity'];
  readonly why: string;
};

const isYes = (value: string): boolean => value === 'yes';
const WEAKNESSES: readonly Weakness[] = [
  {
    name: 'permitemptypasswords',
    shown: 'PermitEmptyPasswords',
    isWeak: isYes,
    fallback: 'no',
    severity: 'critical',
    why: 'accounts without a password can sign in',
  },
  {
    name: 'permitrootlogin',
    shown: 'PermitRootLogin',
    isWeak: isYes,
    fallback: 'prohibit-password',
    severity: 'high',
    why: 'root can sign in with a password',
  },
  {
    name: 'protocol',
    shown: 'Protocol',
    isWeak: (value) => value.split(',').includes('1'),
    fallback: '2',
    severity: 'high',
    why: 'SSH 1 is broken',
  },
  {
    name: 'passwordauthentication',
    shown: 'PasswordAuthentication',
    isWeak: isYes,
    fallback: 'yes',
    severity: 'medium',
    why: 'passwords can be guessed; keys cannot',
  },
  {
    name: 'hostbasedauthentication',
    shown: 'HostbasedAuthentication',
    isWeak: isYes,
    fallback: 'no',
    severity: 'medium',
    why: 'it trusts other hosts to say who signs in',
  },
  {
    name: 'permituserenvironment',
    shown: 'PermitUserEnvironment',
    isWeak: (value) => value !== 'no',
    fallback: 'no',
    severity: 'medium',
    why: 'users can go round restrictions by their environment',
  },
  {
    name: 'ciphers',
    shown: 'Ciphers',
    isWeak: (value) => !value.startsWith('-') && /3des|arcfour|blowfish|cast128|-cbc/.test(value),
    fallback: '',
    severity: 'medium',
    why: 'it offers old ciphers',
  },
  {
    name: 'maxauthtries',
    shown: 'MaxAuthTries',
    isWeak: (value) => Number(value) > 6,
    fallback: '6',
    severity: 'low',
    why: 'many guesses on one connection',
  },
  {
    name: 'x11forwarding',
    shown: 'X11Forwarding',
    isWeak: isYes,
    fallback: 'no',
    severity: 'low',
    why: 'it opens the display of whoever signs in',
  },
];

/** Weak settings as findings. */
export function sshdFindings(settings: Settings): Finding[] {
  return WEAKNESSES.filter(({ name, isWeak, fallback }) => isWeak((settings[name] ?? fallback).toLowerCase())).map(
    ({ name, shown, fallback, severity, why }) => ({
      kind: 'sshd',
      subject: shown,
      severity,
      detail: `${settings[name] ?? `${fallback} (default)`}: ${why}`.slice(0, 500),
    }),
  );
}
