/** Silence of a host. */

/** The alert of a silent host; its return clears the same fingerprint. */
export function offlineFingerprint(agentId: string): string {
  return `agent_offline:${agentId}`;
}
