/** The last chapter: what this pack is made of, and how to check it without the hub. */

import { PACK_CHAIN_START, PACK_SIG_CONTEXT } from '../../domain/pack.ts';
import type { PackReport } from '../../domain/packReport.ts';
import { BAND, QUIET } from './palette.ts';
import { AREA, BODY, CODE, LABEL, type Sheet } from './sheet.ts';
import { amount } from './words.ts';

/** One thing to run, and what to see. */
export type VerificationStep = {
  readonly title: string;
  readonly commands: readonly string[];
  readonly expect: string;
};

function stemOf(report: PackReport): string {
  return report.jsonl.name.replace(/\.jsonl\.gz$/, '');
}

/** With the hub's own verifier, which needs no network. */
function verifierSteps(report: PackReport): readonly VerificationStep[] {
  const stem = stemOf(report);
  return [
    {
      title: 'This report and the evidence, each against the signature',
      commands: [
        `monsys-verify-eat verify-pack --pack ${stem}.pdf --sig ${stem}.sig --pubkey hub.pub`,
        `monsys-verify-eat verify-pack --pack ${report.jsonl.name} --sig ${stem}.sig --pubkey hub.pub`,
      ],
      expect: `Exit code 0 both times; the second says “${report.jsonl.entries} entries in pack, 0 tampered”.`,
    },
  ];
}

/** With openssl, sha256sum and a POSIX shell alone; test/activities/pdf.test.ts runs them as they stand. */
export function opensslSteps(report: PackReport): readonly VerificationStep[] {
  const stem = stemOf(report);
  return [
    {
      title: 'The signature is the hub’s',
      commands: [
        `head -n 4 ${stem}.sig > signed.txt`,
        `sed -n 's/^signature: //p' ${stem}.sig | base64 -d > sig.bin`,
        'openssl pkeyutl -verify -pubin -inkey hub.pub -rawin -in signed.txt -sigfile sig.bin',
      ],
      expect: 'Signature Verified Successfully',
    },
    {
      title: 'The manifest is the one that was signed',
      commands: [
        `sed -n 's/^manifest: //p' signed.txt | tr -d '\\n' | sha256sum`,
        `sed -n 's/^manifest-sha256: //p' signed.txt`,
      ],
      expect: 'The same 64 digits twice.',
    },
    {
      title: 'The files are the ones in the manifest',
      commands: [`sha256sum ${stem}.pdf ${report.jsonl.name}`, `grep -o '"sha256":"[0-9a-f]*"' signed.txt`],
      expect: 'Each file’s digest is among those of the manifest.',
    },
    {
      title: 'The chain of lines ends in the root',
      commands: [`gunzip -c ${report.jsonl.name} | tail -n 1 | tr -d '\\n' | sha256sum`],
      expect: report.jsonl.hash_chain_root,
    },
    {
      title: 'Each line names the one before it (some minutes for a large pack)',
      commands: [
        `p=${PACK_CHAIN_START.slice(0, 1)}; while [ \${#p} -lt ${PACK_CHAIN_START.length} ]; do p=0$p; done`,
        `gunzip -c ${report.jsonl.name} | while IFS= read -r l; do`,
        `  case $l in *"\\"prev\\":\\"$p\\""*) ;; *) echo "broken: $l"; break ;; esac`,
        `  p=$(printf %s "$l" | sha256sum | cut -c 1-64)`,
        'done',
      ],
      expect: 'Nothing is printed.',
    },
  ];
}

/** The chapter "Verification". */
export function* appendix(sheet: Sheet, report: PackReport): Generator<undefined> {
  sheet.chapter('Verification');
  sheet.paragraph(
    'Nothing here asks you to trust the hub or this report: what follows can be checked on a machine without a network. You need the files of the pack and the hub’s public key, got from a place that you trust, not from this page alone.',
    { after: 10 },
  );
  sheet.heading(2, 'Hashes');
  for (const [label, text] of hashes(report)) {
    const lines = sheet.lines(text, CODE, AREA.width - 150, 3);
    sheet.need(lines.length * sheet.lineHeight(CODE) + 5);
    const top = sheet.y;
    sheet.tag('P', {}, () => {
      sheet.put(label, AREA.left, top, { ...LABEL, size: 8 });
      for (const [index, line] of lines.entries())
        sheet.put(line, AREA.left + 150, top + index * sheet.lineHeight(CODE), CODE);
    });
    sheet.y = top + lines.length * sheet.lineHeight(CODE) + 5;
  }
  sheet.paragraph(
    'The digest of this PDF cannot be written in it; it is in the manifest, which the .sig carries and signs.',
    { style: { ...BODY, size: 8, color: QUIET } },
  );
  yield;

  sheet.heading(2, 'The hub’s public key, as hub.pub');
  code(sheet, report.hub_key.public_key_pem.trimEnd().split('\n'));
  sheet.paragraph(
    `Key ${report.hub_key.key_id}. Compare it with the one published under /pubkeys/hub.pub and with the key’s entry in the transparency log.`,
    { style: { ...BODY, size: 8, color: QUIET } },
  );

  sheet.heading(2, 'What the .sig signs');
  sheet.paragraph(
    `A .sig is text: the line ${PACK_SIG_CONTEXT}, the key’s id, the SHA-256 of the manifest, and the manifest itself. These four lines, each with its newline, are the signed bytes; after an empty line follows the Ed25519 signature in base64.`,
  );
  yield;

  sheet.heading(2, 'Check with monsys-verify-eat');
  yield* steps(sheet, verifierSteps(report));
  sheet.heading(2, 'Check with openssl and sha256sum alone');
  yield* steps(sheet, opensslSteps(report));
  sheet.endChapter();
}

function hashes(report: PackReport): readonly (readonly [string, string])[] {
  return [
    ['Evidence file', report.jsonl.name],
    ['SHA-256 of the evidence file', report.jsonl.sha256],
    ['Entries', amount(report.jsonl.entries)],
    ['Root of the chain of lines', report.jsonl.hash_chain_root],
    // Packs follow one another; a report on demand stands by itself.
    ...(report.on_demand === undefined
      ? [
          [
            'Manifest of the month before',
            report.previous === null
              ? 'none: this is the first pack'
              : `${report.previous.month}: ${report.previous.manifest_sha256}`,
          ] as const,
        ]
      : []),
    ['Id of the signing key', report.hub_key.key_id],
    [report.on_demand === undefined ? 'Pack' : 'Report', report.pack_id],
    ['Client', report.tenant.id],
  ];
}

function* steps(sheet: Sheet, list: readonly VerificationStep[]): Generator<undefined> {
  for (const [index, step] of list.entries()) {
    sheet.need(90);
    sheet.heading(3, `${index + 1}. ${step.title}`);
    code(sheet, step.commands);
    sheet.paragraph(`Expect: ${step.expect}`, { style: { ...BODY, size: 8 }, after: 8 });
    yield;
  }
}

/** Lines of code as they are to be typed: long ones are wrapped with their continuation indented. */
function code(sheet: Sheet, commands: readonly string[]): void {
  const inner = AREA.width - 20;
  const shown = commands.map((command) => {
    const indent = /^ */.exec(command)?.[0].length ?? 0;
    return { indent: indent * 4.5, lines: sheet.lines(command, CODE, inner - indent * 4.5, 6) };
  });
  const height = shown.reduce((sum, { lines }) => sum + lines.length, 0) * sheet.lineHeight(CODE) + 10;
  sheet.need(height);
  const top = sheet.y;
  sheet.artifact((doc) => doc.rect(AREA.left, top, AREA.width, height).fill(BAND));
  let y = top + 5;
  for (const { indent, lines } of shown) {
    sheet.tag('Code', {}, () => {
      for (const [index, line] of lines.entries())
        sheet.put(line, AREA.left + 10 + indent, y + index * sheet.lineHeight(CODE), CODE);
    });
    y += lines.length * sheet.lineHeight(CODE);
  }
  sheet.y = top + height + 5;
}
