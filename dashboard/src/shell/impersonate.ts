/** How any screen starts work in a client's context: the shell holds the one dialog. */

import { createContext, useContext } from 'react';

/** The client whose context one wants to enter. */
export type Client = { readonly id: string; readonly name: string };

/** Filled by the shell. */
export const ImpersonateContext = createContext<(client: Client) => void>(() => undefined);

/** Opens the dialog that asks for reason, duration and TOTP code. */
export function useImpersonate(): (client: Client) => void {
  return useContext(ImpersonateContext);
}
