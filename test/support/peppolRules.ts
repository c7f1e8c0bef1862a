/**
 * The published rules of electronic invoices: the UBL 2.1 schema of OASIS, the EN 16931 rules of CEN and those of Peppol
 * BIS Billing 3.0, as phive carries them in Maven Central. Fetched once by Maven into the user's cache, as veraPDF is.
 */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mavenJars, runJava } from './mavenJars.ts';

const VERSION = '4.3.7';
const VALIDATION_TIMEOUT_MS = 120_000;
/** Each file is checked against the schema of its kind, and against the rules of CEN and of Peppol. */
const RULE_SETS = ['-2.1.xsd', 'CEN-EN16931-UBL.xslt', 'PEPPOL-EN16931-UBL.xslt'];

/** By its ending the Java side knows which rules a file is for. */
const endingOf = (xml: string): string => (xml.includes('<CreditNote ') ? 'credit.xml' : 'invoice.xml');

/** Rules, warnings too, that each invoice or credit note breaks, as `<rule>: <sentence>`, in the order given. Empty: it conforms. */
export async function brokenInvoiceRules(invoices: readonly string[]): Promise<readonly (readonly string[])[]> {
  const jars = await mavenJars({
    name: 'peppol-rules',
    version: VERSION,
    artifacts: [`com.helger.phive.rules:phive-rules-peppol:${VERSION}`, 'org.glassfish.jaxb:jaxb-runtime:4.0.5'],
    needs: 'Java 17',
  });
  const folder = await mkdtemp(join(tmpdir(), 'monsys-invoices-'));
  try {
    const files = invoices.map((xml, index) => join(folder, `${index}.${endingOf(xml)}`));
    await Promise.all(files.map((file, index) => writeFile(file, invoices[index] as string)));
    // Java compiles and runs a single source file by itself.
    const { stdout } = await runJava(
      jars,
      [join(import.meta.dirname, 'PeppolRules.java'), ...files],
      VALIDATION_TIMEOUT_MS,
    );
    const lines = stdout.split('\n').map((line) => line.split('\t'));
    return files.map((file) => {
      const of = (kind: string) =>
        lines.filter((line) => line[0] === kind && line[1] === file).map((line) => line[2] as string);
      const checked = of('checked');
      // A file that fails the schema is not checked any further.
      const schema = file.endsWith('credit.xml') ? 'UBL-CreditNote' : 'UBL-Invoice';
      const isTried =
        checked[0]?.includes(schema) && RULE_SETS.every((rules, index) => checked[index]?.endsWith(rules));
      if (of('broken').length === 0 && !isTried) throw new Error(`not every rule set was tried: ${checked.join(', ')}`);
      return of('broken');
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
