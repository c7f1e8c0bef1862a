/** How bad something is; in a file of its own, so that a screen that only names severities needs no schemas. */

/** Severities of alerts and findings, worst first. */
export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];
