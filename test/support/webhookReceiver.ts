/** The far end of webhooks, on this machine: keeps what arrives, and answers as it is told. */

import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll } from 'vitest';
import { waitUntil } from './processes.ts';

/** A request as it arrived. */
export type ReceivedWebhook = {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly event: { readonly event: string; readonly delivery_id: string; readonly [key: string]: unknown };
};

/** What to answer; `never` leaves the sender waiting. */
export type WebhookAnswer =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string | Buffer }
  | 'never';

export type WebhookReceiver = {
  readonly url: string;
  readonly received: ReceivedWebhook[];
  /** By path and number of the request (from 1); 200 when it says nothing. */
  answer: (path: string, count: number) => WebhookAnswer | undefined;
  /** Waits until as many have arrived; gives them. */
  readonly waitFor: (count: number) => Promise<readonly ReceivedWebhook[]>;
};

/** Starts it; ends it after the file. */
export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString('utf8');
    const path = request.url ?? '';
    receiver.received.push({ path, headers: request.headers, body, event: JSON.parse(body) });
    const answer = receiver.answer(path, receiver.received.length) ?? { status: 200, body: 'thank you' };
    if (answer !== 'never') response.writeHead(answer.status, answer.headers).end(answer.body);
  };
  const server = createServer((request, response) => void take(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const receiver: WebhookReceiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: [],
    answer: () => undefined,
    waitFor: async (count) => {
      await waitUntil(`${count} webhooks`, () => receiver.received.length >= count);
      return receiver.received;
    },
  };
  return receiver;
}
