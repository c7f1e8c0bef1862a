/** The token of an auditor's link: behind the # of the address, and out of it before anything else happens. */

const ENDS = 'monsys.auditor.ends';
let taken: string | null = null;

/** Takes the token out of the address, once; later calls give the same one. Null when there was none. */
export function takeLinkToken(): string | null {
  const fragment = location.hash.slice(1);
  if (fragment !== '') {
    taken = fragment;
    // Neither the history nor a copied address keeps it.
    history.replaceState(history.state, '', location.pathname + location.search);
  }
  return taken;
}

/** Forgets the token: it was exchanged for a session, or refused. */
export function forgetLinkToken(): void {
  taken = null;
}

/** Keeps until when the link is good, for this tab. */
export function keepLinkEnd(at: string): void {
  sessionStorage.setItem(ENDS, at);
}

/** Until when the link is good, as far as this tab knows. */
export function linkEnd(): string | null {
  return sessionStorage.getItem(ENDS);
}
