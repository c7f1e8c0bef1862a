/** What each level of emergency action may do and for how long; apart from the token, so that screens load it alone. */

/** Kinds of action by level (DESIGN.md section 1), with the label that people read. */
export const ACTION_KINDS = {
  isolate_network: { level: 1, label: 'IsolateNetwork' },
  restore_network: { level: 1, label: 'RestoreNetwork' },
  kill_process: { level: 1, label: 'KillProcess' },
  memory_dump: { level: 1, label: 'MemoryDump' },
  stop_service: { level: 2, label: 'StopService' },
  restart_service: { level: 2, label: 'RestartService' },
  quarantine_file: { level: 2, label: 'QuarantineFile' },
  restore_file: { level: 2, label: 'RestoreFile' },
  install_package: { level: 3, label: 'InstallPackage' },
  reboot: { level: 3, label: 'Reboot' },
  run_playbook: { level: 3, label: 'RunPlaybook' },
} as const;
export type ActionKind = keyof typeof ACTION_KINDS;
export type Level = 1 | 2 | 3;

/** Seconds a token of each level lives. */
export const LEVEL_LIFETIME_SECONDS: Readonly<Record<Level, number>> = { 1: 120, 2: 300, 3: 900 };

/** Longest window of a pre-issued token. */
export const PRE_ISSUED_MAX_WINDOW_SECONDS = 72 * 3600;
