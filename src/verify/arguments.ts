/** The command line, read once into what is to be done. */

import { parseArgs } from 'node:util';
import { VerifierError, wordsOf } from '../domain/verification/report.ts';

/** What both commands take. */
type Common = {
  readonly pubkeys: readonly string[];
  readonly log: string | null;
  readonly state: string | null;
  readonly json: boolean;
};

/** One run of the program. */
export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | ({
      readonly kind: 'verify-pack';
      readonly pack: string;
      readonly sig: string | null;
      readonly previousSig: string | null;
      readonly allowOtherKeys: boolean;
    } & Common)
  | ({ readonly kind: 'verify-eat'; readonly file: string } & Common);

/** What `--help` prints. */
export const HELP = `monsys-verify-eat: checks audit packs and emergency tokens without their hub

  monsys-verify-eat verify-pack --pack FILE --sig FILE --pubkey KEY [options]
  monsys-verify-eat verify-eat FILE --pubkey KEY [options]

  --pack FILE         a pack's .pdf, .jsonl.gz or .zip
  --sig FILE          its .sig (a .zip holds its own)
  --pubkey KEY        the hub's public key: PEM file, URL of one, or 64 hex digits; repeat it for earlier keys
  --log URL           also check the hub's transparency log; URL is the hub's address
  --state FILE        where the last head seen of the log is kept
                      (default ~/.local/state/monsys-verify-eat/<log>.json)
  --previous-sig FILE also check that the pack follows that of the month before
  --allow-other-keys  do not fail for tokens in the pack that a key not given has signed
  --json              one JSON object instead of lines

The network is used only for a URL that you give.
Exit codes: 0 verified, 1 fault of this program, 2 wrong arguments, 3 unreadable file, 4 signature or key,
5 altered content, 6 wrong manifest, 7 not in the log, 8 network, 9 the log has forked.
`;

/** Reads the arguments; throws a {@link VerifierError} of class usage. */
export function readArguments(args: readonly string[]): Command {
  const { values, positionals } = parse(args);
  if (values.help === true) return { kind: 'help' };
  if (values.version === true) return { kind: 'version' };
  const [name, ...files] = positionals;
  if (name !== 'verify-pack' && name !== 'verify-eat')
    throw usage(name === undefined ? 'Say what to verify.' : `There is no command ${name}.`);
  const pubkeys = values.pubkey ?? [];
  if (pubkeys.length === 0) throw usage('Give the public key of the hub with --pubkey.');
  const common: Common = {
    pubkeys,
    log: values.log ?? null,
    state: values.state ?? null,
    json: values.json ?? false,
  };
  if (name === 'verify-eat') {
    const [file] = files;
    if (file === undefined || files.length > 1) throw usage('Name one file with a token.');
    if (values.pack !== undefined || values.sig !== undefined || values['previous-sig'] !== undefined)
      throw usage('--pack, --sig and --previous-sig belong to verify-pack.');
    return { kind: 'verify-eat', file, ...common };
  }
  if (files.length > 0) throw usage(`${files[0]} is one argument too many.`);
  if (values.pack === undefined) throw usage('Name the file of the pack with --pack.');
  return {
    kind: 'verify-pack',
    pack: values.pack,
    sig: values.sig ?? null,
    previousSig: values['previous-sig'] ?? null,
    allowOtherKeys: values['allow-other-keys'] ?? false,
    ...common,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        pack: { type: 'string' },
        sig: { type: 'string' },
        pubkey: { type: 'string', multiple: true },
        log: { type: 'string' },
        state: { type: 'string' },
        'previous-sig': { type: 'string' },
        'allow-other-keys': { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw usage(wordsOf(error).split('. ')[0] ?? '');
  }
}

function usage(sentence: string): VerifierError {
  return new VerifierError('usage', sentence);
}
