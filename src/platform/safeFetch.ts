/**
 * Requests to addresses that people typed: push services of browsers, webhooks.
 *
 * Text cannot be judged: `0x7f000001`, `127.1` and a name whose owner changes its records all lead to one's own
 * machine. So the address that is connected to is judged, after it is resolved, by the look-up function that the
 * socket itself uses (LESSONS 0.14); redirects are never followed; connections are never shared with other code.
 */

import { type LookupAddress, type LookupOptions, lookup as resolveName } from 'node:dns';
import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** IPv4 that is not the public internet (IANA special-purpose registry, and multicast and reserved space). */
const NOT_PUBLIC_IPV4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];
/**
 * IPv6 is judged the other way round: only global unicast may be public. That leaves out ::1, fc00::/7, fe80::/10,
 * mapped IPv4, NAT64 (64:ff9b::/96) and multicast without naming them.
 */
const GLOBAL_UNICAST_IPV6 = ['2000::', 3] as const;
/** Parts of it that are not: protocol assignments with Teredo, documentation, 6to4, documentation again. */
const NOT_PUBLIC_IPV6: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const closedIpv4 = new BlockList();
for (const [net, prefix] of NOT_PUBLIC_IPV4) closedIpv4.addSubnet(net, prefix, 'ipv4');
const closedIpv6 = new BlockList();
for (const [net, prefix] of NOT_PUBLIC_IPV6) closedIpv6.addSubnet(net, prefix, 'ipv6');
const globalIpv6 = new BlockList();
globalIpv6.addSubnet(GLOBAL_UNICAST_IPV6[0], GLOBAL_UNICAST_IPV6[1], 'ipv6');

/** Whether an IP address, as text, is one of the public internet. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !closedIpv4.check(address, 'ipv4');
    case 6:
      // A zone index means link-local, whatever stands before it.
      return !address.includes('%') && globalIpv6.check(address, 'ipv6') && !closedIpv6.check(address, 'ipv6');
    default:
      return false;
  }
}

/** Why a target is refused for good, in one word; a retry changes nothing while the target stays what it is. */
export type TargetFault = 'malformed' | 'not_https' | 'has_credentials' | 'not_public';

/** Thrown for a target that must not be asked. */
class TargetRefusedError extends Error {
  override name = 'TargetRefusedError';
  readonly fault: TargetFault;
  constructor(fault: TargetFault) {
    super(`the target is refused: ${fault}`);
    this.fault = fault;
  }
}

/** What is wrong with a target as far as its text shows; null when only its address is left to judge. */
export function targetFault(url: string, allowPrivateTargets: boolean): TargetFault | null {
  if (!URL.canParse(url)) return 'malformed';
  const { protocol, username, password, hostname } = new URL(url);
  if (protocol !== 'https:' && !(allowPrivateTargets && protocol === 'http:')) return 'not_https';
  if (username !== '' || password !== '') return 'has_credentials';
  const literal = hostname.replace(/^\[|\]$/g, '');
  if (!allowPrivateTargets && isIP(literal) !== 0 && !isPublicAddress(literal)) return 'not_public';
  return null;
}

/** Looks a name up, as `dns.lookup` does with all addresses. */
export type ResolveName = (
  hostname: string,
  options: LookupOptions & { readonly all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** A look-up that gives public addresses or fails. One closed address among several fails them all. */
const publicLookup =
  (resolve: ResolveName): LookupFunction =>
  (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      const first = addresses?.[0];
      if (error !== null || first === undefined) return callback(error ?? new TargetRefusedError('not_public'), '', 0);
      if (!addresses.every(({ address }) => isPublicAddress(address)))
        return callback(new TargetRefusedError('not_public'), '', 0);
      return options.all === true ? callback(null, addresses) : callback(null, first.address, first.family);
    });
  };

/** A request to send. */
type SafePostRequest = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body: Uint8Array;
  /** For all of it: look-up, connection, answer. */
  readonly timeoutMs: number;
};

/** The answer; `body` is cut at {@link MAX_ANSWER_BYTES}. */
export type SafePostAnswer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
};

/** How much of an answer is read. */
export const MAX_ANSWER_BYTES = 64 * 1024;

/** Posts once. Throws {@link TargetRefusedError}, or the error of the network. */
export type SafePost = (request: SafePostRequest) => Promise<SafePostAnswer>;

/**
 * Makes the only door to addresses that people typed. `allowPrivateTargets` (ALLOW_PRIVATE_TARGETS) opens it to
 * private addresses and plain HTTP, for a hub whose receivers stand in its own network and for tests. `ca` is
 * trusted beside nothing else; `resolve` stands in for the machine's resolver.
 */
export function createSafePost(options: {
  readonly allowPrivateTargets: boolean;
  readonly ca?: string;
  readonly resolve?: ResolveName;
}): SafePost {
  const { allowPrivateTargets, ca } = options;
  const lookup = publicLookup(options.resolve ?? resolveName);
  // No keep-alive: a pooled connection would be chosen by name, without a look-up to judge.
  const https = new HttpsAgent({ keepAlive: false, ...(ca === undefined ? {} : { ca }) });
  const http = new HttpAgent({ keepAlive: false });
  return async ({ url, headers, body, timeoutMs }) => {
    const fault = targetFault(url, allowPrivateTargets);
    if (fault !== null) throw new TargetRefusedError(fault);
    const target = new URL(url);
    const isHttps = target.protocol === 'https:';
    const send = isHttps ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const outgoing = send(
        target,
        {
          method: 'POST',
          headers: { ...headers, 'content-length': body.length },
          agent: isHttps ? https : http,
          signal: AbortSignal.timeout(timeoutMs),
          ...(allowPrivateTargets ? {} : { lookup }),
        },
        (answer) => {
          readCapped(answer).then(
            (bytes) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: bytes }),
            reject,
          );
        },
      );
      outgoing.once('error', reject);
      outgoing.end(body);
    });
  };
}

async function readCapped(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    // Leaving the loop destroys the stream, and the connection with it.
    if (size >= MAX_ANSWER_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES);
}
