import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import {
  createSafePost,
  isPublicAddress,
  MAX_ANSWER_BYTES,
  type ResolveName,
  targetFault,
} from '../../src/platform/safeFetch.ts';

const CLOSED = [
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '127.0.0.1',
  '169.254.169.254',
  '172.31.255.255',
  '192.168.0.1',
  '198.19.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '::ffff:8.8.8.8',
  '64:ff9b::7f00:1',
  '64:ff9b:1::7f00:1',
  '2002:7f00:1::',
  '2001:0:7f00:1::',
  '2001:db8::1',
  'fc00::1',
  'fd12:3456::1',
  'fe80::1',
  'fe80::1%eth0',
  'ff02::1',
  'localhost',
  '',
];
const OPEN = ['8.8.8.8', '1.1.1.1', '100.128.0.1', '172.32.0.1', '2606:4700:4700::1111', '2a00:1450:4001::1'];

describe('isPublicAddress', () => {
  it.each(CLOSED)('refuses %s', (address) => expect(isPublicAddress(address)).toBe(false));
  it.each(OPEN)('accepts %s (a control)', (address) => expect(isPublicAddress(address)).toBe(true));
});

describe('targetFault', () => {
  it.each([
    ['http://push.example/x', 'not_https'],
    ['ftp://push.example/x', 'not_https'],
    ['https://user:pw@push.example/x', 'has_credentials'],
    ['nonsense', 'malformed'],
    // Spellings of 127.0.0.1 that the URL parser folds (LESSONS 0.14).
    ['https://127.1/x', 'not_public'],
    ['https://0x7f000001/x', 'not_public'],
    ['https://2130706433/x', 'not_public'],
    ['https://127。0。0。1/x', 'not_public'],
    ['https://[::ffff:127.0.0.1]/x', 'not_public'],
    ['https://[64:ff9b::7f00:1]/x', 'not_public'],
    ['https://push.example/x', null],
    ['https://8.8.8.8/x', null],
  ])('%s: %s', (url, fault) => expect(targetFault(url, false)).toBe(fault));
});

describe('createSafePost', async () => {
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    if (request.url === '/away') {
      response.writeHead(302, { location: '/elsewhere' }).end();
    } else if (request.url === '/long') {
      response.end(Buffer.alloc(MAX_ANSWER_BYTES * 4));
    } else if (request.url !== '/never') {
      response.end('ok');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const open = createSafePost({ allowPrivateTargets: true });
  const closed = createSafePost({ allowPrivateTargets: false });
  const request = { headers: {}, body: Buffer.from('x'), timeoutMs: 2000 };

  it('judges the address that a name leads to (the name itself looks harmless)', async () => {
    // Names under localhost lead to loopback wherever they resolve at all.
    await expect(closed({ ...request, url: `https://localhost:${port}/` })).rejects.toMatchObject({
      name: 'TargetRefusedError',
      fault: 'not_public',
    });
    await expect(closed({ ...request, url: `https://127.0.0.1:${port}/` })).rejects.toMatchObject({
      fault: 'not_public',
    });
    expect(asked).toBe(0);
  });

  it('connects to the very address that it has judged: a name that changes between two look-ups opens nothing', async () => {
    // 192.0.2.1 would be refused as well, so what is public here leads nowhere that a test can reach.
    const answers = ['8.8.8.8', '127.0.0.1'];
    const lookups: string[] = [];
    const resolve: ResolveName = (hostname, _options, callback) => {
      const address = answers[Math.min(lookups.length, answers.length - 1)] as string;
      lookups.push(`${hostname} ${address}`);
      callback(null, [{ address, family: 4 }]);
    };
    const rebinding = createSafePost({ allowPrivateTargets: false, resolve });
    const url = `https://rebind.example:${port}/`;
    const before = asked;
    // The first look-up is public: it is the only one, and the connection goes there, not to a second answer.
    await expect(rebinding({ ...request, timeoutMs: 300, url })).rejects.toThrow();
    expect(lookups).toEqual(['rebind.example 8.8.8.8']);
    // The next post looks again, and is refused by what it finds.
    await expect(rebinding({ ...request, url })).rejects.toMatchObject({ fault: 'not_public' });
    expect(lookups).toEqual(['rebind.example 8.8.8.8', 'rebind.example 127.0.0.1']);
    expect(asked).toBe(before);
  });

  it('refuses a name that leads to a public and to a private address (either may be taken)', async () => {
    const resolve: ResolveName = (_hostname, _options, callback) =>
      callback(null, [
        { address: '8.8.8.8', family: 4 },
        { address: '10.0.0.1', family: 4 },
      ]);
    const post = createSafePost({ allowPrivateTargets: false, resolve });
    await expect(post({ ...request, url: 'https://both.example/' })).rejects.toMatchObject({ fault: 'not_public' });
  });

  it('posts where private targets are allowed (a control)', async () => {
    const answer = await open({ ...request, url: `http://localhost:${port}/` });
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.body.toString()).toBe('ok');
  });

  it('follows no redirect (it would lead past the judgement)', async () => {
    const before = asked;
    expect(await open({ ...request, url: `http://127.0.0.1:${port}/away` })).toMatchObject({ status: 302 });
    expect(asked).toBe(before + 1);
  });

  it('reads no more of an answer than it must', async () => {
    const { body } = await open({ ...request, url: `http://127.0.0.1:${port}/long` });
    expect(body).toHaveLength(MAX_ANSWER_BYTES);
  });

  it('gives up in time', async () => {
    await expect(open({ ...request, timeoutMs: 200, url: `http://127.0.0.1:${port}/never` })).rejects.toThrow();
  });
});
