/**
 * Playbooks that every hub has. They belong to no MSP and are approved as they stand; an MSP that wants another
 * one writes its own under the same slug, which then goes before.
 *
 * Paths under /etc/monsys/hooks are the client's own programs: what "restore the database" means is theirs to say.
 */

import type { PlaybookContent } from './playbook.ts';

/** One built-in: fixed id, version 1. A change of content is the next version. */
export type BuiltInPlaybook = { readonly id: string; readonly version: number; readonly content: PlaybookContent };

export const BUILT_IN_PLAYBOOKS: readonly BuiltInPlaybook[] = [
  {
    id: '6d6f6e73-7973-4000-8000-000000000001',
    version: 1,
    content: {
      slug: 'isolate-network',
      name: 'Isolate network',
      description:
        'Drops all traffic of the host but that with the hub. Undoes itself after the dead-man time unless it is confirmed.',
      irreversible: false,
      parameters: [
        {
          name: 'dead_man_seconds',
          type: 'integer',
          required: false,
          default: 3600,
          description: 'seconds until the isolation undoes itself',
        },
      ],
      steps: [{ kind: 'isolate_network', name: 'isolate', dead_man_seconds: '{{dead_man_seconds}}' }],
    },
  },
  {
    id: '6d6f6e73-7973-4000-8000-000000000002',
    version: 1,
    content: {
      slug: 'restore-network',
      name: 'Restore network',
      description: 'Takes an isolation back.',
      irreversible: false,
      parameters: [],
      steps: [{ kind: 'restore_network', name: 'restore' }],
    },
  },
  {
    id: '6d6f6e73-7973-4000-8000-000000000003',
    version: 1,
    content: {
      slug: 'restart-service',
      name: 'Restart a service',
      description: 'Restarts one service and sees that it runs.',
      irreversible: false,
      parameters: [{ name: 'service', type: 'service', required: true, description: 'unit name, e.g. nginx.service' }],
      steps: [{ kind: 'restart_service', name: 'restart', service: '{{service}}' }],
    },
  },
  {
    id: '6d6f6e73-7973-4000-8000-000000000004',
    version: 1,
    content: {
      slug: 'quarantine-file',
      name: 'Quarantine a file',
      description: 'Moves a file to the vault of the host, with its hash, mode and path, so that it can come back.',
      irreversible: false,
      parameters: [{ name: 'path', type: 'path', required: true, description: 'absolute path' }],
      steps: [{ kind: 'quarantine_file', name: 'quarantine', path: '{{path}}' }],
    },
  },
  {
    id: '6d6f6e73-7973-4000-8000-000000000005',
    version: 1,
    content: {
      slug: 'db-restore',
      name: 'Restore the database',
      description:
        'Runs the host’s own restore program with the snapshot’s name. What was written since the snapshot is lost.',
      irreversible: true,
      parameters: [
        { name: 'snapshot', type: 'string', required: false, default: 'latest', description: 'name of the snapshot' },
      ],
      steps: [
        {
          kind: 'check',
          name: 'the restore program is there',
          argv: ['/usr/bin/test', '-x', '/etc/monsys/hooks/db-restore'],
          expect: { exit_code: 0 },
        },
        {
          kind: 'run_command',
          name: 'restore',
          argv: ['/etc/monsys/hooks/db-restore', '{{snapshot}}'],
          timeout_seconds: 600,
          expect: { exit_code: 0 },
        },
      ],
    },
  },
  {
    id: '6d6f6e73-7973-4000-8000-000000000006',
    version: 1,
    content: {
      slug: 'kernel-update',
      name: 'Update the kernel',
      description: 'Installs the kernel package and reboots into it.',
      irreversible: false,
      parameters: [{ name: 'package', type: 'package', required: false, default: 'linux-image-amd64' }],
      steps: [
        { kind: 'install_package', name: 'install', package: '{{package}}', timeout_seconds: 600 },
        { kind: 'reboot', name: 'reboot' },
      ],
    },
  },
  {
    id: '6d6f6e73-7973-4000-8000-000000000007',
    version: 1,
    content: {
      slug: 'rotate-secrets',
      name: 'Rotate secrets',
      description: 'Runs the host’s own rotation program. The old secrets stop working.',
      irreversible: true,
      parameters: [{ name: 'scope', type: 'string', required: false, default: 'all' }],
      steps: [
        {
          kind: 'run_command',
          name: 'rotate',
          argv: ['/etc/monsys/hooks/rotate-secrets', '{{scope}}'],
          timeout_seconds: 300,
          expect: { exit_code: 0 },
        },
      ],
    },
  },
  {
    id: '6d6f6e73-7973-4000-8000-000000000008',
    version: 1,
    content: {
      slug: 'collect-triage',
      name: 'Collect triage',
      description: 'Reads what an investigator asks for first. Changes nothing.',
      irreversible: false,
      parameters: [],
      steps: [
        {
          kind: 'run_command',
          name: 'processes',
          argv: ['/bin/ps', '-eo', 'pid,ppid,user,lstart,args'],
          timeout_seconds: 20,
        },
        { kind: 'run_command', name: 'kernel', argv: ['/bin/uname', '-a'], timeout_seconds: 5 },
        { kind: 'run_command', name: 'uptime', argv: ['/bin/cat', '/proc/uptime'], timeout_seconds: 5 },
        { kind: 'run_command', name: 'mounts', argv: ['/bin/cat', '/proc/mounts'], timeout_seconds: 5 },
      ],
    },
  },
];
