/** `verify-eat`: one token out of a JSON file, as `GET /emergency/:nonce` answers or as it travels to an agent. */

import { z } from 'zod';
import { sha256Hex } from '../bytes.ts';
import type { Json } from '../canonicalJson.ts';
import { actionLabel, type EatToken } from '../eat.ts';
import { parseStrictJson } from '../strictJson.ts';
import type { LogLeaf } from '../tlog/leaf.ts';
import { createEatChecker, type EatFinding } from './eat.ts';
import type { HubKey } from './keys.ts';
import type { Primitives } from './primitives.ts';
import { type Report, VerifierError } from './report.ts';
import { type ByteSource, readSmall } from './source.ts';

/** Token, playbooks and a result with every step's output. */
const MAX_EAT_FILE_BYTES = 16 * 1024 * 1024;

const eatFile = z.looseObject({
  token: z.string(),
  signature: z.string(),
  key_id: z.string(),
  result: z.string().nullable().default(null),
  result_signature: z.string().nullable().default(null),
  agent_public_key: z.string().nullable().default(null),
  playbooks: z.array(z.string()).nullable().default(null),
});

/** Verifies; gives the leaf that the transparency log must hold, or null when the token is not the hub's. */
export async function verifyEatFile(
  primitives: Primitives,
  source: ByteSource,
  keys: readonly HubKey[],
  report: Report,
): Promise<LogLeaf | null> {
  const json = parseStrictJson(await readSmall(source, MAX_EAT_FILE_BYTES, 'the file'));
  if (json.kind === 'refused') throw new VerifierError('unreadable', `The file is not JSON: ${json.why}.`);
  const parsed = eatFile.safeParse(json.value);
  if (!parsed.success)
    throw new VerifierError(
      'unreadable',
      'The file has no signed token: "token", "signature" and "key_id" are needed.',
    );
  const file = parsed.data;
  const finding = createEatChecker(
    keys,
    primitives.prepareKey,
  )({
    token: file.token,
    signature: file.signature,
    keyId: file.key_id,
    result: file.result,
    resultSignature: file.result_signature,
    agentKey: file.agent_public_key,
    facts: json.value as Readonly<Record<string, Json>>,
    tenantId: null,
  });
  if (finding.otherKeyId !== null) {
    const given = keys.map((key) => key.id).join(', ');
    report.failed('signature', `signed by key ${finding.otherKeyId}, which is not among those given (${given})`);
  }
  for (const { class: failure, sentence } of finding.faults) report.failed(failure, sentence);
  const { token } = finding;
  if (token !== null && file.playbooks !== null) checkPlaybooks(token, file.playbooks, report);
  if (report.hasFailed() || token === null) return null;
  const key = keys.find((each) => each.id === file.key_id) as HubKey;
  report.passed(`Ed25519 signature valid against pubkey ${key.hex}`);
  tellToken(token, finding, report);
  return { type: 'eat_issued', at: token.issued_at, key_id: token.key_id, eat_sha256: sha256Hex(file.token) };
}

function checkPlaybooks(token: EatToken, texts: readonly string[], report: Report): void {
  const present = new Set(texts.map((text) => sha256Hex(text)));
  const pinned = token.actions.filter((action) => action.kind === 'run_playbook');
  for (const action of pinned)
    if (!present.has(action.sha256))
      report.failed('content', `the playbook ${action.slug} beside the token is not the one that was signed`);
  if (pinned.length > 0 && pinned.every((action) => present.has(action.sha256)))
    report.passed('the playbooks beside the token are those that were signed');
}

function tellToken(token: EatToken, finding: EatFinding, report: Report): void {
  const { authorisation: proof } = token;
  if (proof.kind === 'quorum')
    report.passed(
      `${finding.quorum}: ${proof.approvals.map((each) => each.email).join(', ')}; asked for by ${proof.requested_by.email}`,
    );
  else if (proof.kind === 'single') report.note(`ordered by ${proof.email} alone`);
  else report.note(`ordered by a rule, for alert ${proof.alert_id}`);
  report.note(`${token.actions.map(actionLabel).join(', ')} on agent ${token.agent_id}: ${token.reason}`);
  report.note(`level ${token.level}, issued ${token.issued_at}, valid until ${token.expires_at}`);
  if (finding.result === null) return report.note('no result of the host is in the file');
  const outcome = finding.result.outcome;
  report.passed(`result "${outcome}" is of this token and signed by the host's key ${finding.agentKeyHex ?? ''}`);
  // The key stands in the file itself: whoever made the file chose it.
  report.note("the host's key is the file's own word; compare it with GET /agents/:id, or verify the month's pack");
}
