/** Mail through an SMTP server, by nodemailer. */

import { createTransport } from 'nodemailer';

const TIMEOUT_MS = 30_000;

/** Sends one mail to several people; throws when the server did not take it. */
export type SendMail = (mail: {
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
}) => Promise<void>;

/** Makes the sender. `url` is `smtp://user:password@host:587` or `smtps://…`; `from` the sender's address. */
export function createMailer(url: string, from: string): SendMail {
  const transport = createTransport(url, { from });
  return async ({ to, subject, text }) => {
    await Promise.race([
      transport.sendMail({ bcc: [...to], subject, text }),
      new Promise<never>((_, reject) => {
        setTimeout(() => reject(new Error('The mail server did not answer in time.')), TIMEOUT_MS).unref();
      }),
    ]);
  };
}
