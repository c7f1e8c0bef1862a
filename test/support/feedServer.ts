/** A server on this machine in place of the public feeds; what it answers can change during a test. */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What is served at a path. */
export type FeedAnswer = { readonly status: number; readonly body: string };

/** Addresses by feed, and how to change what they answer. */
export type FeedServer = {
  readonly urls: { readonly kev: string; readonly kernel: string };
  readonly serve: (feed: 'kev' | 'kernel', answer: FeedAnswer) => void;
  readonly close: () => Promise<void>;
};

/** Starts it; until told otherwise both feeds are missing. */
export async function startFeedServer(): Promise<FeedServer> {
  const answers = new Map<string, FeedAnswer>();
  const server = createServer((request, response) => {
    const answer = answers.get(request.url ?? '') ?? { status: 404, body: 'nothing here' };
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    urls: { kev: `${base}/kev`, kernel: `${base}/kernel` },
    serve: (feed, answer) => {
      answers.set(`/${feed}`, answer);
    },
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}
