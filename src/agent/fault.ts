/** The agent cannot go on; the message is one sentence for the person who started it. */
export class AgentFault extends Error {
  override readonly name = 'AgentFault';
}
