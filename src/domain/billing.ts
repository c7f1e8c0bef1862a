/** Billing as the source's task 7: active agents of a tenant, the first five free for each tenant, EUR 3.00 for each after. */

/** Free for each tenant, not for each MSP. */
export const FREE_AGENTS = 5;
/** Price of one billable agent a month. */
export const AGENT_CENTS = 300;

/** One tenant's line of a month. Money in integer cents of a euro. */
export type BillingLine = {
  readonly active_agents: number;
  readonly billable_agents: number;
  readonly monthly_cents: number;
};

/** The line of a tenant with so many active agents. */
export function billingLine(activeAgents: number): BillingLine {
  const billable_agents = Math.max(0, activeAgents - FREE_AGENTS);
  return { active_agents: activeAgents, billable_agents, monthly_cents: billable_agents * AGENT_CENTS };
}

/** `36.00`: cents as euros, exactly, without a float on the way. */
export function euros(cents: number): string {
  return `${Math.trunc(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
}

/**
 * A cell that a spreadsheet would take for a formula is made a text (OWASP, CSV injection); so is what follows a semicolon
 * or a tab, at which a spreadsheet of Belgium or the Netherlands begins another cell. Full-width signs count as their own.
 */
export function safeCell(text: string): string {
  return text.replaceAll(/(^|[;\t\r\n]\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])|^(?=[\t\r\n])/g, "$1'");
}
