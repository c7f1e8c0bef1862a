/** The accounts behind auditors' links. Everybody else has an address that takes mail. */

/** Of no mail server there is or will be (RFC 2606, "invalid"). */
export const LINK_EMAIL_DOMAIN = 'links.invalid';

/** Whether an address is that of an account behind a link, of which people read the note rather than the address. */
export function isLinkEmail(email: string): boolean {
  return email.endsWith(`@${LINK_EMAIL_DOMAIN}`);
}
