/** White label: what is taken in, what is refused, and that a host never shows another tenant's brand. */

import { createSocket } from 'node:dgram';
import { crc32, deflateSync } from 'node:zlib';
import type { Client } from '@temporalio/client';
import { decode, encode } from 'dns-packet';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createApp } from '../../src/api/app.ts';
import { ROUTES } from '../../src/api/routes/index.ts';
import { sql } from '../../src/db/pool.ts';
import { alsoAsIdentity, withTenant } from '../../src/db/scope.ts';
import { totpCodeAt } from '../../src/platform/totpCode.ts';
import { createTestApi } from '../support/api.ts';
import { createAccount } from '../support/people.ts';
import { createTestDatabase } from '../support/postgres.ts';

/** Answers TXT questions from `records`, and nothing else; a name that is missing does not exist. */
const records = new Map<string, readonly string[]>();
let isSilent = false;
const dns = createSocket('udp4');
dns.on('message', (packet, peer) => {
  const question = decode(packet).questions?.[0];
  if (isSilent || question === undefined) return;
  const found = records.get(question.name);
  const NXDOMAIN = 3;
  dns.send(
    encode({
      type: 'response',
      id: decode(packet).id ?? 0,
      flags: found === undefined ? NXDOMAIN : 0,
      questions: [question],
      // As two strings each: resolvers hand long records over in pieces.
      answers: (found ?? []).map((text) => ({
        type: 'TXT' as const,
        name: question.name,
        ttl: 1,
        data: [text.slice(0, 7), text.slice(7)],
      })),
    }),
    peer.port,
    peer.address,
  );
});
await new Promise<void>((resolve) => dns.bind(0, '127.0.0.1', resolve));
afterAll(() => new Promise<void>((resolve) => dns.close(() => resolve())));

const db = await createTestDatabase();
const plain = await createTestApi(db);
/** Workflows that were started, by type and arguments; nothing runs them here. */
const started: unknown[] = [];
const temporal = {
  withDeadline: (_: number, call: () => Promise<unknown>) => call(),
  workflow: { start: async (type: string, { args }: { args: unknown }) => started.push({ type, args }) },
} as unknown as Client;
const deps = {
  ...plain.deps,
  temporal,
  config: { ...plain.deps.config, DNS_SERVER: `127.0.0.1:${dns.address().port}` },
};
const app = createApp(deps, ROUTES);
const { tenants } = plain;

type Brand = {
  product_name: string | null;
  primary_color: string | null;
  logo_url: string | null;
  logo_sha256: string | null;
  custom_domain: string | null;
  custom_domain_unicode: string | null;
  served_domain: string | null;
  domain: { state: string; record: { name: string; value: string } } | null;
};

const call = (role: 'owner' | 'admin' | 'operator' | 'client_viewer', method: string, path: string, body?: FormData) =>
  app.request(`http://hub.test/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${plain.user(role).token}` },
    ...(body === undefined ? {} : { body }),
  });

function form(fields: Readonly<Record<string, string | Uint8Array<ArrayBuffer>>>): FormData {
  const made = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'string') made.set(name, value);
    else made.set(name, new Blob([value]), 'logo.bin');
  }
  return made;
}

const put = async (fields: Parameters<typeof form>[0], tenant = tenants.a): Promise<Response> =>
  call('admin', 'PUT', `/tenants/${tenant}/branding`, form(fields));
const brandOf = async (response: Response): Promise<Brand> => {
  const text = await response.clone().text();
  expect(response.status, text).toBe(200);
  return (await response.json()) as Brand;
};
const problem = async (response: Response): Promise<[number, string]> => {
  const { type } = (await response.json()) as { type: string };
  return [response.status, type.replace('urn:monsys:problem:', '')];
};
/** Asks as a browser on `host` would, without proof. */
const at = (host: string, path: string) => app.request(`https://${host}${path}`);
const text = (value: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(value));

const verify = (tenant = tenants.a) => call('admin', 'POST', `/tenants/${tenant}/branding/verify-domain`);

/** Claims the domain and gives what its TXT record must say. */
async function claim(domain: string, tenant = tenants.a): Promise<string> {
  return (await brandOf(await put({ custom_domain: domain }, tenant))).domain?.record.value ?? '';
}
/** What the DNS of a domain shows from now on. */
const publish = (domain: string, values: readonly string[]) => records.set(`_monsys-challenge.${domain}`, values);

async function prove(domain: string, tenant = tenants.a): Promise<string> {
  const value = await claim(domain, tenant);
  publish(domain, [value]);
  await brandOf(await verify(tenant));
  return value;
}
const servedAt = async (host: string): Promise<boolean> => (await at(host, '/api/v1/branding')).status === 200;

const SVG = '<svg viewBox="0 0 9 9" xmlns="http://www.w3.org/2000/svg">';
const LOGO = `${SVG}<path d="M0 0h9v9z" fill="#1e3a8a"/></svg>`;

/** A PNG of one grey, `width` by `height`. */
function png(width: number, height: number): Uint8Array<ArrayBuffer> {
  const chunk = (name: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(name), data]);
    const head = Buffer.alloc(4);
    head.writeUInt32BE(data.length);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([head, body, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const rows = Buffer.alloc((width + 1) * height);
  const magic = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return new Uint8Array(
    Buffer.concat([magic, chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]),
  );
}

beforeEach(async () => {
  records.clear();
  isSilent = false;
  await db.admin.query(sql.unsafe`delete from domain_claims`);
  await db.admin.query(sql.unsafe`delete from custom_domains`);
  await db.admin.query(sql.unsafe`delete from tenant_branding`);
  await db.admin.query(sql.unsafe`delete from rate_limits`);
});

describe('PUT /tenants/:id/branding', () => {
  it('200 for the source’s call, and the answer says how the domain is proven', async () => {
    const brand = await brandOf(
      await put({ logo: text(LOGO), primary_color: '#1E3A8A', product_name: 'AcmeOps', custom_domain: 'ops.acme.com' }),
    );
    expect(brand).toMatchObject({
      product_name: 'AcmeOps',
      primary_color: '#1e3a8a',
      custom_domain: 'ops.acme.com',
      domain: { state: 'claimed', record: { type: 'TXT', name: '_monsys-challenge.ops.acme.com' } },
      colors: { light: { accent: '#1e3a8a' } },
    });
    const own = await brandOf(await call('client_viewer', 'GET', `/tenants/${tenants.a}/branding`));
    expect(own).toEqual({ ...brand, powered_by: expect.stringMatching(/./) });
  });

  it('200 with one field leaves the others; an empty one is taken away', async () => {
    await put({ logo: text(LOGO), primary_color: '#1e3a8a', product_name: 'AcmeOps', custom_domain: 'ops.acme.com' });
    const brand = await brandOf(await put({ primary_color: '#00ff00' }));
    expect(brand).toMatchObject({ product_name: 'AcmeOps', primary_color: '#00ff00', custom_domain: 'ops.acme.com' });
    expect(brand.logo_sha256).not.toBeNull();
    expect(
      await brandOf(await put({ logo: '', product_name: '', primary_color: '', custom_domain: '' })),
    ).toMatchObject({
      logo_sha256: null,
      product_name: null,
      primary_color: null,
      custom_domain: null,
      domain: null,
    });
  });

  it('writes one audit row for each change, and none for a refused one', async () => {
    const count = () =>
      db.admin.oneFirst(sql.unsafe`select count(*)::int from audit_log where event_type = 'branding_changed'`);
    const before = Number(await count());
    await put({ product_name: 'AcmeOps' });
    expect(await count()).toBe(before + 1);
    await put({ product_name: 'Other', custom_domain: '127.0.0.1' });
    expect(await count()).toBe(before + 1);
    expect((await brandOf(await call('admin', 'GET', `/tenants/${tenants.a}/branding`))).product_name).toBe('AcmeOps');
  });

  it.each([
    ['a colour by name', { primary_color: 'navy' }, 400, 'invalid_request'],
    ['a short colour', { primary_color: '#123' }, 400, 'invalid_request'],
    ['a name of 61 characters', { product_name: 'x'.repeat(61) }, 400, 'invalid_request'],
    ['a name with a line break', { product_name: 'a\nb' }, 400, 'invalid_request'],
    ['a name that turns the text around it', { product_name: 'a\u202eb' }, 400, 'invalid_request'],
    ['an unknown field', { favicon: 'x' }, 400, 'invalid_request'],
    ['a logo as text', { logo: LOGO }, 400, 'invalid_request'],
    ['a domain that is an address', { custom_domain: '0x7f.1' }, 422, 'domain_invalid'],
    ['a URL', { custom_domain: 'https://ops.acme.com/' }, 422, 'domain_invalid'],
    ['a domain with a port', { custom_domain: 'ops.acme.com:8443' }, 422, 'domain_invalid'],
    ['punycode of what is punycode', { custom_domain: 'xn--xn---epa.com' }, 422, 'domain_invalid'],
    ['punycode of nothing', { custom_domain: 'ops.xn--a-ecp.com' }, 422, 'domain_invalid'],
    ['a reserved domain', { custom_domain: 'ops.localhost' }, 422, 'domain_invalid'],
  ])('refuses %s', async (_, fields, status, code) => {
    expect(await problem(await put(fields as Record<string, string>))).toEqual([status, code]);
  });

  it('415 for JSON, 400 for a torn body, 413 for more than the limit', async () => {
    const send = (body: string, type: string) =>
      app.request(`http://hub.test/api/v1/tenants/${tenants.a}/branding`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${plain.user('admin').token}`, 'content-type': type },
        body,
      });
    expect(await problem(await send('{}', 'application/json'))).toEqual([415, 'unsupported_media_type']);
    expect(await problem(await send('--x\r\nnothing', 'multipart/form-data; boundary=x'))).toEqual([
      400,
      'invalid_request',
    ]);
    const twice = ['one', 'two'].map(
      (value) => `--x\r\nContent-Disposition: form-data; name="product_name"\r\n\r\n${value}\r\n`,
    );
    expect(await problem(await send(`${twice.join('')}--x--\r\n`, 'multipart/form-data; boundary=x'))).toEqual([
      400,
      'invalid_request',
    ]);
    expect(await problem(await put({ logo: text('x'.repeat(300 * 1024)) }))).toEqual([413, 'body_too_large']);
  });

  it('403 for an operator and the client, 404 for another MSP’s tenant', async () => {
    for (const role of ['operator', 'client_viewer'] as const) {
      const response = await call(role, 'PUT', `/tenants/${tenants.a}/branding`, form({ product_name: 'x' }));
      expect(await problem(response)).toEqual([403, 'forbidden']);
    }
    expect(await problem(await put({ product_name: 'x' }, tenants.other))).toEqual([404, 'not_found']);
  });
});

describe('a logo', () => {
  const served = async (logo: Uint8Array<ArrayBuffer>): Promise<Response> => {
    const response = await put({ logo });
    if (response.status !== 200) return response;
    return call('client_viewer', 'GET', `/tenants/${tenants.a}/branding/logo`);
  };

  it('is served as an image and nothing else', async () => {
    const response = await served(text(LOGO));
    expect(response.headers.get('content-type')).toBe('image/svg+xml');
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none';.*\bsandbox$/);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await response.text()).toBe(LOGO);
  });

  it('keeps what drawing programs write', async () => {
    const drawn =
      `<?xml version="1.0" encoding="utf-8"?><!-- Generator --><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">` +
      `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9"><style>/* c */ .a, #b > path{fill:url(#g);stroke:rgb(1,2,3)}</style>` +
      `<defs><linearGradient id="g"><stop offset="0" style="stop-color:#fff; stop-opacity:.5"/></linearGradient></defs>` +
      `<g class="a" transform="translate(1 2)"><rect id="r" width="1" height="1"/><use xlink:href="#r" x="3"/><text x="1">A &amp; B</text></g></svg>`;
    const out = await (await served(text(drawn))).text();
    expect(out).toBe(
      `${SVG}<style>.a, #b > path{fill:url(#g);stroke:rgb(1,2,3)}</style>`.replace(' > ', ' &gt; ') +
        `<defs><linearGradient id="g"><stop offset="0" style="stop-color:#fff;stop-opacity:.5"/></linearGradient></defs>` +
        `<g class="a" transform="translate(1 2)"><rect id="r" width="1" height="1"/><use href="#r" x="3"/><text x="1">A &amp; B</text></g></svg>`,
    );
  });

  it.each([
    ['script', `${SVG}<script>alert(1)</script></svg>`],
    ['script under a prefix', `<s:svg xmlns:s="http://www.w3.org/2000/svg"><s:script>alert(1)</s:script></s:svg>`],
    ['script in CDATA', `${SVG}<script><![CDATA[alert(1)]]></script></svg>`],
    ['HTML’s script', `${SVG}<script xmlns="http://www.w3.org/1999/xhtml">alert(1)</script></svg>`],
    ['an event handler', `${SVG}<path onload="alert(1)" onclick='alert(1)'/></svg>`],
    ['an event handler on the root', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
    [
      'foreignObject',
      `${SVG}<foreignObject><body xmlns="http://www.w3.org/1999/xhtml" onload="alert(1)"/></foreignObject></svg>`,
    ],
    ['a link', `${SVG}<a href="javascript:alert(1)"><path d="M0 0"/></a></svg>`],
    [
      'an animation that makes a link',
      `${SVG}<set attributeName="href" to="javascript:alert(1)"/><animate attributeName="href" values="javascript:alert(1)"/></svg>`,
    ],
    ['use of another file', `${SVG}<use href="https://evil.net/alert.svg#x"/></svg>`],
    [
      'use of a data URL',
      `${SVG}<use xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="data:image/svg+xml;base64,alert#x"/></svg>`,
    ],
    [
      'a moved base',
      `<svg xmlns="http://www.w3.org/2000/svg" xml:base="https://evil.net/"><use href="#alert"/></svg>`.replace(
        '#alert',
        '#a',
      ),
    ],
    ['an image from elsewhere', `${SVG}<image href="https://evil.net/alert.png"/></svg>`],
    ['a filter with an image', `${SVG}<filter id="f"><feImage href="https://evil.net/alert"/></filter></svg>`],
    ['paint from elsewhere', `${SVG}<path fill="url(https://evil.net/alert#a)"/></svg>`],
    ['paint with escapes', `${SVG}<path fill="\\75rl(https://evil.net/alert)"/></svg>`],
    ['a style attribute', `${SVG}<path style="fill:url('https://evil.net/alert')"/></svg>`],
    ['image-set in a style', `${SVG}<path style="mask:image-set('//evil.net/alert' 1x)"/></svg>`],
    ['@import', `${SVG}<style>@import 'https://evil.net/alert.css';</style></svg>`],
    ['@font-face', `${SVG}<style>@font-face{font-family:x;src:url(https://evil.net/alert)}</style></svg>`],
    ['an escaped @import', `${SVG}<style>\\40 import 'https://evil.net/alert';</style></svg>`],
    ['a style with a way out', `${SVG}<style>a{}&lt;/style&gt;&lt;script&gt;alert(1)&lt;/script&gt;</style></svg>`],
    ['a style sheet by instruction', `<?xml-stylesheet href="https://evil.net/alert.css"?>${LOGO}`],
    ['an entity', `<!DOCTYPE svg [<!ENTITY x "alert">]>${SVG}<text>&x;</text></svg>`],
    ['an entity of a file', `<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>${SVG}<text>&x;</text></svg>`],
    [
      'ten entities to the tenth',
      `<!DOCTYPE svg [<!ENTITY a "alert"><!ENTITY b "&a;&a;&a;">]>${SVG}<text>&b;</text></svg>`,
    ],
    ['another root', '<html xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></html>'],
    ['no namespace', '<svg><script>alert(1)</script></svg>'],
    ['torn XML', `${SVG}<path d="alert"`],
    ['UTF-16', Buffer.from(`\ufeff${SVG}<script>alert(1)</script></svg>`, 'utf16le')],
    ['UTF-7', `<?xml version="1.0" encoding="utf-7"?>${SVG}+ADw-script+AD4-alert(1)</svg>`],
  ])('gives an attack nothing: %s', async (_, attack) => {
    const response = await served(new Uint8Array(Buffer.from(attack)));
    const out = await response.text();
    expect([200, 422], out).toContain(response.status);
    expect(out).not.toMatch(/alert|evil|onload|onclick|foreignObject|javascript|ENTITY|DOCTYPE|@import/i);
  });

  it('that copies copies is refused, and one that only copies is not (a control)', async () => {
    const copies = (inner: string) =>
      text(`${SVG}<defs><g id="a"><path d="M0 0"/>${inner}</g></defs><use href="#a"/></svg>`);
    expect((await put({ logo: copies('') })).status).toBe(200);
    expect(await problem(await put({ logo: copies('<use href="#a"/>') }))).toEqual([422, 'logo_refused']);
  });

  it('has limits: elements, depth and bytes', async () => {
    const nested = (depth: number) => text(`${SVG}${'<g>'.repeat(depth)}${'</g>'.repeat(depth)}</svg>`);
    expect((await put({ logo: nested(32) })).status).toBe(200);
    for (const logo of [
      nested(33),
      text(`${SVG}${'<g/>'.repeat(5_000)}</svg>`),
      text(''),
      text(`${SVG}<!--${'x'.repeat(256 * 1024)}--></svg>`),
    ])
      expect(await problem(await put({ logo }))).toEqual([422, 'logo_refused']);
  });

  it.each([
    ['spaces', `${SVG}<path fill="url(${' '.repeat(240_000)}"/></svg>`],
    ['document types', '<!DOCTYPE '.repeat(25_000)],
    ['comments', `${SVG}<style>${'/*x'.repeat(80_000)}</style></svg>`],
    ['open elements', `${SVG}${'<g>'.repeat(80_000)}`],
  ])('of a quarter of a megabyte of %s is judged at once', async (_, logo) => {
    const startedAt = performance.now();
    await put({ logo: text(logo) });
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  it('may be a PNG of 16 to 4096 pixels, by its bytes and not by its name', async () => {
    const response = await served(png(64, 32));
    expect(response.headers.get('content-type')).toBe('image/png');
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(png(64, 32));
    for (const logo of [png(8, 64), png(64, 4097), png(64, 32).slice(0, 20), text('GIF89a'), text('RIFF....WEBPVP8 ')])
      expect(await problem(await put({ logo }))).toEqual([422, 'logo_refused']);
  });

  it('may be a WebP', async () => {
    // A lossless 16 x 16 image: RIFF header, VP8L chunk, width-1 and height-1 in 14 bits each.
    const bits = Buffer.alloc(4);
    bits.writeUInt32LE(15 | (15 << 14));
    const data = Buffer.concat([Buffer.from([0x2f]), bits, Buffer.alloc(13)]);
    const size = (value: number): Buffer => {
      const made = Buffer.alloc(4);
      made.writeUInt32LE(value);
      return made;
    };
    const webp = Buffer.concat([
      Buffer.from('RIFF'),
      size(data.length + 12),
      Buffer.from('WEBPVP8L'),
      size(data.length),
      data,
    ]);
    const response = await served(new Uint8Array(webp));
    expect(response.headers.get('content-type')).toBe('image/webp');
  });
});

describe('a custom domain', () => {
  it('is shown in punycode and as people read it', async () => {
    expect(await brandOf(await put({ custom_domain: 'Ops.München.de' }))).toMatchObject({
      custom_domain: 'ops.xn--mnchen-3ya.de',
      custom_domain_unicode: 'ops.münchen.de',
    });
  });

  it('may be claimed by two, and a claim keeps nobody waiting: the DNS decides', async () => {
    await claim('ops.acme.com', tenants.a);
    const value = await claim('OPS.acme.com.', tenants.b);
    publish('ops.acme.com', [value]);
    expect(await problem(await verify(tenants.a))).toEqual([409, 'domain_not_proven']);
    expect((await brandOf(await verify(tenants.b))).served_domain).toBe('ops.acme.com');
  });

  it('409 for a second one while the DNS shows the first one’s record too, of this MSP or of another, in the same words', async () => {
    const answers = [];
    for (const [domain, holder] of [
      ['ops.acme.com', tenants.a],
      ['ops.other.com', tenants.other],
    ] as const) {
      const held = 'ab'.repeat(20);
      await db.admin.query(
        sql.unsafe`insert into custom_domains (domain, tenant_id, challenge) values (${domain}, ${holder}::uuid, ${held})`,
      );
      publish(domain, [held, await claim(domain, tenants.b)]);
      const { instance: _, ...rest } = (await (await verify(tenants.b)).json()) as Record<string, unknown>;
      answers.push(rest);
    }
    expect(answers[0]).toMatchObject({ status: 409, type: 'urn:monsys:problem:domain_taken' });
    expect(answers[1]).toEqual(answers[0]);
  });

  it('goes to whom the DNS names once the first one’s record is gone, and both audit logs say so', async () => {
    const lastOf = (tenant: string) =>
      db.admin.one(
        sql.type(
          z.object({ event_type: z.string(), actor_kind: z.string(), event_data: z.record(z.string(), z.unknown()) }),
        )`select event_type, actor_kind, event_data from audit_log where tenant_id = ${tenant}::uuid order by seq desc limit 1`,
      );
    await prove('ops.globex.com', tenants.b);
    await db.admin.query(
      sql.unsafe`insert into custom_domains (domain, tenant_id, challenge) values ('ops.acme.com', ${tenants.other}::uuid, ${'ab'.repeat(20)})`,
    );
    const value = await claim('ops.acme.com', tenants.b);
    // A DNS that does not answer has not said that a record is gone.
    isSilent = true;
    expect(await problem(await verify(tenants.b))).toEqual([503, 'unavailable']);
    isSilent = false;
    publish('ops.acme.com', ['something else']);
    expect(await problem(await verify(tenants.b))).toEqual([409, 'domain_not_proven']);
    expect(await (await at('ops.acme.com', '/api/v1/branding')).json()).toMatchObject({ powered_by: 'Other MSP' });

    publish('ops.acme.com', [value]);
    expect(await brandOf(await verify(tenants.b))).toMatchObject({
      custom_domain: 'ops.acme.com',
      served_domain: 'ops.acme.com',
      domain: { state: 'proven' },
    });
    expect(await (await at('ops.acme.com', '/api/v1/branding')).json()).toMatchObject({ powered_by: 'Test MSP' });
    expect(await servedAt('ops.globex.com')).toBe(false);
    expect(await lastOf(tenants.b)).toMatchObject({
      event_type: 'custom_domain_proven',
      event_data: { custom_domain: 'ops.acme.com', replaced: 'ops.globex.com', is_taken_over: true },
    });
    expect(started).toMatchObject([
      { type: 'domainLost', args: [{ tenant_id: tenants.other, domain: 'ops.acme.com' }] },
    ]);
    const lost = await lastOf(tenants.other);
    expect(lost).toMatchObject({
      event_type: 'custom_domain_lost',
      actor_kind: 'system',
      event_data: { custom_domain: 'ops.acme.com' },
    });
    expect(JSON.stringify(lost), 'whose it is now is not told').not.toMatch(/msp\.example|globex/i);
  }, 30_000);

  it('goes to one of two that prove it at the same moment, and swaps between two without a lock on each other', async () => {
    publish('race.acme.com', [await claim('race.acme.com', tenants.a), await claim('race.acme.com', tenants.b)]);
    const answers = await Promise.all([verify(tenants.a), verify(tenants.b)]);
    const statuses = answers.map(({ status }) => status);
    expect(statuses.toSorted((x, y) => x - y)).toEqual([200, 409]);

    await prove('one.acme.com', tenants.a);
    await prove('two.acme.com', tenants.b);
    publish('two.acme.com', [await claim('two.acme.com', tenants.a)]);
    publish('one.acme.com', [await claim('one.acme.com', tenants.b)]);
    const swapped = await Promise.all([verify(tenants.a), verify(tenants.b)]);
    expect(swapped.map(({ status }) => status)).toEqual([200, 200]);
  });

  it('cannot be taken from a tenant by one that claims another domain, whatever the API asks', async () => {
    await prove('ops.acme.com', tenants.a);
    const take = () =>
      withTenant(deps.pool, tenants.b, (tx) =>
        alsoAsIdentity(tx, (identity) =>
          identity.query(sql.unsafe`delete from custom_domains where domain = 'ops.acme.com'`),
        ),
      );
    await claim('ops.globex.com', tenants.b);
    expect((await take()).rowCount).toBe(0);
    // A control: with a claim on this very domain it can.
    await claim('ops.acme.com', tenants.b);
    expect((await take()).rowCount).toBe(1);
  });

  it('is served once the TXT record is found, and not before', async () => {
    const { domain } = await brandOf(await put({ product_name: 'AcmeOps', custom_domain: 'ops.acme.com' }));
    const isServed = async () => [
      (await at('ops.acme.com', '/api/v1/branding')).status,
      (await at('hub.test', '/internal/tls-ask?domain=ops.acme.com')).status,
    ];

    expect(await problem(await verify())).toEqual([409, 'domain_not_proven']);
    records.set(domain?.record.name ?? '', ['something else']);
    expect(await problem(await verify())).toEqual([409, 'domain_not_proven']);
    // At the domain itself rather than below it proves nothing.
    records.set('ops.acme.com', [domain?.record.value ?? '']);
    expect(await problem(await verify())).toEqual([409, 'domain_not_proven']);
    expect(await isServed()).toEqual([404, 404]);

    records.set(domain?.record.name ?? '', ['v=other', domain?.record.value ?? '']);
    expect((await brandOf(await verify())).domain?.state).toBe('proven');
    expect(await isServed()).toEqual([200, 200]);
    // Proven stays proven when the record is taken down.
    records.clear();
    await put({ custom_domain: 'ops.acme.com' });
    expect((await brandOf(await verify())).domain?.state).toBe('proven');
  });

  it('503 when the DNS does not answer: neither proven nor refused', async () => {
    await put({ custom_domain: 'ops.acme.com' });
    isSilent = true;
    expect(await problem(await verify())).toEqual([503, 'unavailable']);
  }, 30_000);

  it('409 when there is none to prove', async () => {
    expect(await problem(await verify())).toEqual([409, 'domain_not_claimed']);
  });

  it('is served until the next one is proven (a typo takes no portal down), then the next one alone is', async () => {
    await prove('ops.acme.com');
    expect(await brandOf(await put({ custom_domain: 'opps.acme.com' }))).toMatchObject({
      custom_domain: 'opps.acme.com',
      served_domain: 'ops.acme.com',
      domain: { state: 'claimed', proven_at: null, record: { name: '_monsys-challenge.opps.acme.com' } },
    });
    expect(await problem(await verify())).toEqual([409, 'domain_not_proven']);
    expect(await servedAt('ops.acme.com')).toBe(true);
    // Back to what is served: nothing is left to prove.
    expect(await brandOf(await put({ custom_domain: 'ops.acme.com' }))).toMatchObject({
      custom_domain: 'ops.acme.com',
      domain: { state: 'proven' },
    });
    await prove('new.acme.com');
    expect([await servedAt('ops.acme.com'), await servedAt('new.acme.com')]).toEqual([false, true]);
  });

  it('lets its own people sign in and nobody else, who would leave a session that sees every client', async () => {
    await prove('ops.acme.com');
    const signIn = async (host: string, role: 'admin' | 'client_viewer', tenant: string | null): Promise<number> => {
      const { email, password, secret } = await createAccount(db, plain, role, tenant);
      const body = JSON.stringify({ email, password, totp_code: totpCodeAt(secret, Date.now()) });
      return (await app.request(`https://${host}/api/v1/auth/login`, { method: 'POST', body })).status;
    };
    expect(await signIn('ops.acme.com', 'client_viewer', tenants.a)).toBe(200);
    expect(await signIn('ops.acme.com', 'client_viewer', tenants.b)).toBe(401);
    expect(await signIn('ops.acme.com', 'admin', null)).toBe(401);
    expect(await signIn('hub.test', 'admin', null)).toBe(200);
    const seen = await db.admin.one(sql.type(z.object({ count: z.number() }))`
      select count(*) as count from audit_log where event_type = 'sign_in_elsewhere'`);
    const spent = await db.admin.one(
      sql.type(z.object({ count: z.number() }))`select count(*) as count from totp_used_steps`,
    );
    expect([seen.count, spent.count]).toEqual([2, 2]);
  });

  it('needs a new proof when it comes back, and is served no more once it is given up', async () => {
    const old = await prove('ops.acme.com');
    await claim('new.acme.com');
    expect(await brandOf(await put({ custom_domain: '' }))).toMatchObject({ served_domain: null, domain: null });
    expect(await servedAt('ops.acme.com')).toBe(false);
    expect(await claim('ops.acme.com')).not.toBe(old);
    // The old record is still there and worth nothing.
    expect(await problem(await verify())).toEqual([409, 'domain_not_proven']);
    expect(await servedAt('ops.acme.com')).toBe(false);
  });
});

describe('a portal', () => {
  it('shows the brand of its own host, in whatever spelling', async () => {
    await put({ logo: text(LOGO), product_name: 'AcmeOps', primary_color: '#1e3a8a' });
    await prove('ops.acme.com');
    for (const host of ['ops.acme.com', 'OPS.ACME.COM', 'ops.acme.com.', 'ops.acme.com:8443']) {
      const brand = await (await at(host, '/api/v1/branding')).json();
      expect(brand, host).toMatchObject({ product_name: 'AcmeOps', primary_color: '#1e3a8a', powered_by: 'Test MSP' });
    }
  });

  it('has the tenant’s name where no product name is set, and tells nothing else', async () => {
    await prove('ops.acme.com');
    expect(await (await at('ops.acme.com', '/api/v1/branding')).json()).toEqual({
      product_name: 'ACME',
      primary_color: null,
      colors: null,
      logo_url: null,
      powered_by: 'Test MSP',
    });
  });

  it('404 for every other host, all alike', async () => {
    await put({ logo: text(LOGO), product_name: 'AcmeOps' });
    await prove('ops.acme.com');
    const bodies = new Set<string>();
    for (const host of ['hub.test', 'acme.com', 'x.ops.acme.com', 'ops.acme.com.evil.net', '127.0.0.1', '[::1]']) {
      const response = await at(host, '/api/v1/branding');
      expect(response.status, host).toBe(404);
      const { instance: _, ...rest } = (await response.json()) as Record<string, unknown>;
      bodies.add(JSON.stringify(rest));
    }
    expect(bodies.size).toBe(1);
    expect([...bodies][0]).not.toContain('Acme');
  });

  it('serves its own logo by the hash, for ever; another tenant’s never', async () => {
    await put({ logo: text(LOGO) });
    await put({ logo: text(LOGO.replace('#1e3a8a', '#aa0000')) }, tenants.b);
    await prove('ops.acme.com');
    await prove('ops.globex.com', tenants.b);
    const own = ((await (await at('ops.acme.com', '/api/v1/branding')).json()) as Brand).logo_url ?? '';
    const response = await at('ops.acme.com', own);
    expect(response.headers.get('cache-control')).toContain('immutable');
    expect(response.headers.get('content-security-policy')).toContain('sandbox');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await response.text()).toBe(LOGO);
    expect((await at('ops.globex.com', own)).status).toBe(404);
    expect((await at('hub.test', own)).status).toBe(404);
  });
});

describe('the question of the proxy', () => {
  it('404 for anything that is not proven', async () => {
    await put({ custom_domain: 'ops.acme.com' });
    for (const domain of [
      '',
      'ops.acme.com',
      'hub.test',
      '127.0.0.1',
      "'; drop table custom_domains",
      'x'.repeat(300),
      '%00',
    ])
      expect((await at('hub.test', `/internal/tls-ask?domain=${encodeURIComponent(domain)}`)).status, domain).toBe(404);
    expect((await at('hub.test', '/internal/tls-ask')).status).toBe(404);
  });
});
