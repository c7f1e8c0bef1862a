/** One run of the verifier: arguments in, lines out, an exit code. */

import { sha256Hex } from '../domain/bytes.ts';
import { packSigText } from '../domain/pack.ts';
import { verifyEatFile } from '../domain/verification/eatFile.ts';
import type { HubKey } from '../domain/verification/keys.ts';
import { verifyPack } from '../domain/verification/pack.ts';
import {
  type Check,
  checkLine,
  createReport,
  EXIT_CODES,
  exitCodeOf,
  type Report,
  VerifierError,
} from '../domain/verification/report.ts';
import { VERSION } from '../domain/version.ts';
import { type Command, HELP, readArguments } from './arguments.ts';
import { fileSource } from './fileSource.ts';
import { isUrl } from './http.ts';
import { loadKeys } from './keys.ts';
import { verifyInLog } from './log.ts';
import { NODE_PRIMITIVES } from './primitives.ts';

/** Where a run writes. */
export type Output = { readonly out: (text: string) => void; readonly error: (text: string) => void };

/** Runs one command line; never throws for what a file or a person did wrong. */
export async function run(args: readonly string[], output: Output): Promise<number> {
  let command: Command;
  try {
    command = readArguments(args);
  } catch (error) {
    if (!(error instanceof VerifierError)) throw error;
    output.error(`${error.message}\n\n${HELP}`);
    return EXIT_CODES.usage;
  }
  if (command.kind === 'help' || command.kind === 'version') {
    output.out(command.kind === 'help' ? HELP : `${VERSION}\n`);
    return EXIT_CODES.ok;
  }
  const show = (check: Check): void => (check.status === 'failed' ? output.error : output.out)(`${checkLine(check)}\n`);
  const report = createReport(command.json ? undefined : show);
  try {
    await verify(command, report);
  } catch (error) {
    if (!(error instanceof VerifierError)) throw error;
    report.failed(error.failure, error.message);
  }
  const code = exitCodeOf(report.checks);
  const file = command.kind === 'verify-pack' ? command.pack : command.file;
  if (command.json)
    output.out(`${JSON.stringify({ verified: code === 0, exit_code: code, file, checks: report.checks })}\n`);
  else if (code !== 0) output.error(`REFUSED: ${file} is not to be trusted\n`);
  return code;
}

async function verify(command: Exclude<Command, { kind: 'help' | 'version' }>, report: Report): Promise<void> {
  const keys = (await Promise.all(command.pubkeys.map(loadKeys))).flat();
  for (const name of command.pubkeys.filter(isUrl))
    report.note(`the key is what ${name} says today: compare ${keyIds(keys)} with what you were given on paper`);
  const leaf =
    command.kind === 'verify-pack' ? await packLeaf(command, keys, report) : await eatLeaf(command.file, keys, report);
  if (leaf === null || command.log === null || report.hasFailed()) return;
  await verifyInLog({ url: command.log, statePath: command.state, keys, ...leaf }, report);
}

function keyIds(keys: readonly HubKey[]): string {
  return keys.map((key) => key.hex).join(', ');
}

async function packLeaf(command: Extract<Command, { kind: 'verify-pack' }>, keys: readonly HubKey[], report: Report) {
  const sig = await verifyPack(
    {
      primitives: NODE_PRIMITIVES,
      pack: fileSource(command.pack),
      sig: command.sig === null ? null : fileSource(command.sig),
      previousSig: command.previousSig === null ? null : fileSource(command.previousSig),
      keys,
      allowOtherKeys: command.allowOtherKeys,
    },
    report,
  );
  if (sig === null) return null;
  const text = packSigText(sig.manifestText, sig.keyId, sig.signature);
  return {
    leaf: {
      type: 'pack_signed' as const,
      at: sig.manifest.period.until,
      key_id: sig.keyId,
      manifest_sha256: sha256Hex(sig.manifestText),
      signature_sha256: sha256Hex(text),
    },
    subject: "the pack's signature",
  };
}

async function eatLeaf(file: string, keys: readonly HubKey[], report: Report) {
  const leaf = await verifyEatFile(NODE_PRIMITIVES, fileSource(file), keys, report);
  return leaf === null ? null : { leaf, subject: 'the token' };
}
