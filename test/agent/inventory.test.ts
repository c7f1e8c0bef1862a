/** Parsers of the inventory against literal texts of several distributions. */

import { describe, expect, it } from 'vitest';
import { parseMounts } from '../../src/agent/inventory/disks.ts';
import { parseFailedUnits } from '../../src/agent/inventory/failedUnits.ts';
import { judgePermissions } from '../../src/agent/inventory/filePermissions.ts';
import { describeKernel } from '../../src/agent/inventory/kernel.ts';
import { parseSocketTable } from '../../src/agent/inventory/listeningPorts.ts';
import { parseMeminfo } from '../../src/agent/inventory/memory.ts';
import { parseOsRelease } from '../../src/agent/inventory/os.ts';
import { parseApk, parseDpkg, parseRpm } from '../../src/agent/inventory/packages.ts';
import { parseSshdConfig, sshdFindings } from '../../src/agent/inventory/sshd.ts';
import { parseCpuTimes, parseNetworkBytes, percent } from '../../src/agent/metrics.ts';

describe('the kernel’s upstream version', () => {
  it.each([
    ['6.1.0-18-amd64', '#1 SMP PREEMPT_DYNAMIC Debian 6.1.76-1 (2024-02-01)', null, '6.1.76'],
    ['6.12.9+bpo-amd64', '#1 SMP PREEMPT_DYNAMIC Debian 6.12.9-1~bpo12+1 (2025-01-19)', null, '6.12.9'],
    ['5.15.0-91-generic', '#101-Ubuntu SMP', 'Ubuntu 5.15.0-91.101-generic 5.15.131\n', '5.15.131'],
    ['6.6.32-0-lts', '#1-Alpine SMP', null, '6.6.32'],
    ['6.9.1-arch1-1', '#1 SMP PREEMPT_DYNAMIC', null, '6.9.1'],
    ['6.1.79-99.164.amzn2023.x86_64', '#1 SMP', null, '6.1.79'],
    ['5.10.50', '#1 SMP', null, '5.10.50'],
    // No claim where fixes are picked or the number is frozen.
    ['5.15.0-91-generic', '#101-Ubuntu SMP', null, null],
    ['5.14.0-427.13.1.el9_4.x86_64', '#1 SMP', null, null],
    ['5.14.21-150500.55.39-default', '#1 SMP', null, null],
    ['6.1.0-18-amd64', '#1 SMP', null, null],
    ['6.5.11-8-pve', '#1 SMP', null, null],
    ['6.8.0', '#1 SMP', null, null],
  ])('%s (%s) is %s -> %s', (release, version, signature, upstream) => {
    expect(describeKernel({ release, version, signature }).upstream).toBe(upstream);
  });
});

describe('the distribution', () => {
  it('is read with and without quotes', () => {
    expect(parseOsRelease('PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\n')).toEqual({
      id: 'debian',
      name: 'Debian GNU/Linux 12 (bookworm)',
      version: '12',
    });
    expect(parseOsRelease('NAME=\'Odd \\"OS\\"\'\n# a comment\n')).toEqual({
      id: 'linux',
      name: 'Odd "OS"',
      version: '',
    });
  });
});

describe('packages', () => {
  it('of dpkg are those installed, each once', () => {
    expect(
      parseDpkg(
        'zlib1g\t1:1.2.13\tinstalled\nadduser\t3.134\tinstalled\nold\t1\tconfig-files\nzlib1g\t1:1.2.13\tinstalled\n',
      ),
    ).toEqual([
      { name: 'adduser', version: '3.134' },
      { name: 'zlib1g', version: '1:1.2.13' },
    ]);
  });

  it('of rpm show an epoch where there is one', () => {
    expect(parseRpm('bash\t0\t5.1.8-9.el9\nopenssl\t1\t3.0.7-27.el9\ngpg-pubkey\t0\tabc-def\n')).toEqual([
      { name: 'bash', version: '5.1.8-9.el9' },
      { name: 'openssl', version: '1:3.0.7-27.el9' },
    ]);
  });

  it('of apk come from its database', () => {
    expect(parseApk('C:Q1abc=\nP:musl\nV:1.2.5-r0\nA:x86_64\n\nC:Q1def=\nP:busybox\nV:1.36.1-r29\n\n')).toEqual([
      { name: 'busybox', version: '1.36.1-r29' },
      { name: 'musl', version: '1.2.5-r0' },
    ]);
  });
});

describe('disks', () => {
  it('are local, each device once at its shortest mount, names unescaped', () => {
    const text = [
      'proc /proc proc rw 0 0',
      '/dev/sda1 /var/lib/kubelet ext4 rw 0 0',
      '/dev/sda1 / ext4 rw 0 0',
      '/dev/sdb1 /mnt/my\\040disk xfs rw 0 0',
      'server:/export /mnt/nfs nfs4 rw 0 0',
    ].join('\n');
    expect(parseMounts(text)).toEqual([
      { device: '/dev/sda1', mount: '/', fstype: 'ext4' },
      { device: '/dev/sdb1', mount: '/mnt/my disk', fstype: 'xfs' },
    ]);
  });
});

describe('listening sockets', () => {
  it('are read from the tables of tcp and udp, IPv6 in its shortest form', () => {
    const head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
    const line = (local: string, state: string, inode: number) =>
      `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0 100 0 0 10 0\n`;
    expect(parseSocketTable(head + line('0100007F:1538', '0A', 11) + line('0100007F:1538', '01', 12), 'tcp')).toEqual([
      { protocol: 'tcp', address: '127.0.0.1', port: 5432, inode: '11' },
    ]);
    expect(parseSocketTable(head + line('00000000000000000000000001000000:0016', '0A', 13), 'tcp')).toEqual([
      { protocol: 'tcp', address: '::1', port: 22, inode: '13' },
    ]);
    expect(parseSocketTable(head + line('00000000:0044', '07', 14), 'udp')).toEqual([
      { protocol: 'udp', address: '0.0.0.0', port: 68, inode: '14' },
    ]);
  });
});

describe('memory, processors and network', () => {
  it('are read from /proc', () => {
    expect(parseMeminfo('MemTotal:        8000 kB\nMemFree:  1000 kB\nMemAvailable:    6000 kB\n')).toEqual({
      total_bytes: 8_192_000,
      available_bytes: 6_144_000,
    });
    expect(parseMeminfo('MemTotal:  8 kB\nMemFree:  1 kB\n').available_bytes).toBe(1024);
    expect(parseCpuTimes('cpu  10 1 5 80 4 0 0 0 7 0\ncpu0 1 1 1 1\n')).toEqual({ total: 100, idle: 84 });
    expect(parseCpuTimes('nothing')).toBeNull();
    const net =
      'Inter-|   Receive\n face |bytes\n    lo: 999 1 0 0 0 0 0 0 999 1 0 0 0 0 0 0\n  eth0: 100 1 0 0 0 0 0 0 200 1 0 0 0 0 0 0\n';
    expect(parseNetworkBytes(net)).toEqual({ rx: 100, tx: 200 });
    expect([percent(1, 3), percent(5, 0), percent(-1, 2), percent(9, 2)]).toEqual([33.3, 0, 0, 100]);
  });
});

describe('failed units', () => {
  it('are named, with and without the dot in front', () => {
    expect(
      parseFailedUnits('● nginx.service loaded failed failed nginx\nmnt-x.mount loaded failed failed /mnt/x\n\n'),
    ).toEqual(['nginx.service', 'mnt-x.mount']);
  });
});

describe('weak permissions', () => {
  it.each([
    ['/usr/bin/sudo', 'file', 0o104755, 0, null],
    ['/usr/bin/bash', 'file', 0o104755, 0, 'suid high'],
    ['/home/eve/sudo', 'file', 0o104755, 0, 'suid high'],
    ['/opt/app/helper', 'file', 0o104755, 33, 'suid medium'],
    ['/usr/bin/passwd', 'file', 0o104757, 0, 'suid critical'],
    ['/opt/app/data', 'file', 0o104644, 0, null],
    ['/var/tmp', 'folder', 0o041777, 0, null],
    ['/srv/share', 'folder', 0o040777, 0, 'world_writable medium'],
    ['/etc/cron.d', 'folder', 0o040777, 0, 'world_writable high'],
    ['/srv/run.sh', 'file', 0o100777, 0, 'world_writable high'],
    ['/srv/note.txt', 'file', 0o100666, 0, 'world_writable medium'],
    ['/etc/passwd', 'file', 0o100644, 0, null],
  ] as const)('%s (%s, mode %i, user %i): %s', (path, type, mode, uid, expected) => {
    const found = judgePermissions(path, type, mode, uid);
    expect(found === null ? null : `${found.kind} ${found.severity}`).toBe(expected);
  });
});

describe('sshd', () => {
  const files: Record<string, string[]> = {
    '/etc/ssh/sshd_config.d/*.conf': [
      'PasswordAuthentication no\nMatch User git\nPermitRootLogin yes\n',
      'X11Forwarding no\n',
    ],
  };
  const parse = (text: string) => parseSshdConfig(text, (pattern) => files[pattern] ?? []);

  it('takes the first value, follows includes, and leaves what Match limits', () => {
    expect(
      parse(
        'Include /etc/ssh/sshd_config.d/*.conf\n# PermitRootLogin yes\nPORT=2222\nPasswordAuthentication yes\nx11forwarding yes # no\nMatch all\nPermitEmptyPasswords yes\n',
      ),
    ).toEqual({ passwordauthentication: 'no', x11forwarding: 'no', port: '2222' });
  });

  it('finds what is weak, also by default, and nothing in a hardened one', () => {
    const subjects = (text: string) => sshdFindings(parse(text)).map((found) => `${found.subject} ${found.severity}`);
    expect(subjects('PermitRootLogin yes\nPasswordAuthentication yes\nPermitEmptyPasswords yes\n')).toEqual([
      'PermitEmptyPasswords critical',
      'PermitRootLogin high',
      'PasswordAuthentication medium',
    ]);
    expect(sshdFindings(parse('Port 22\n'))).toMatchObject([
      { subject: 'PasswordAuthentication', detail: 'yes (default): passwords can be guessed; keys cannot' },
    ]);
    expect(subjects('PasswordAuthentication no\nCiphers -3des-cbc\nMaxAuthTries 3\n')).toEqual([]);
    expect(subjects('PasswordAuthentication no\nCiphers aes128-ctr,3des-cbc\nMaxAuthTries 10\n')).toEqual([
      'Ciphers medium',
      'MaxAuthTries low',
    ]);
  });

  it('does not follow includes for ever', () => {
    expect(parseSshdConfig('Include x\nPort 1\n', () => ['Include x\nPort 2\n'])).toEqual({ port: '2' });
  });
});
