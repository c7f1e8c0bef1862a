/**
 * The published rules of electronic invoices: the UBL 2.1 schema of OASIS, the EN 16931 rules of CEN and those of Peppol
 * BIS Billing 3.0, as phive carries them in Maven Central. Fetched once by Maven into the user's cache, as veraPDF is.
 */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const VERSION = '4.3.7';
const MAVEN_TIMEOUT_MS = 240_000;
const VALIDATION_TIMEOUT_MS = 120_000;
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;
/** Each file is checked against the schema, and against the rules of CEN and of Peppol. */
const RULE_SETS = ['UBL-Invoice-2.1.xsd', 'CEN-EN16931-UBL.xslt', 'PEPPOL-EN16931-UBL.xslt'];

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>monsys</groupId><artifactId>peppol-rules-files</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>com.helger.phive.rules</groupId><artifactId>phive-rules-peppol</artifactId><version>${VERSION}</version></dependency>
    <dependency><groupId>org.glassfish.jaxb</groupId><artifactId>jaxb-runtime</artifactId><version>4.0.5</version></dependency>
  </dependencies>
</project>
`;

/** Folder of its jars; made whole by one rename, so that two test files may make it at once. */
async function jarFolder(): Promise<string> {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'monsys-msp', 'peppol-rules');
  const folder = join(cache, VERSION);
  if (existsSync(join(folder, 'jars'))) return join(folder, 'jars');
  await mkdir(cache, { recursive: true });
  const draft = await mkdtemp(join(cache, 'draft-'));
  try {
    await writeFile(join(draft, 'pom.xml'), POM);
    await promisify(execFile)(
      'mvn',
      ['-q', '-B', 'dependency:copy-dependencies', '-DincludeScope=runtime', '-DoutputDirectory=jars'],
      { cwd: draft, timeout: MAVEN_TIMEOUT_MS },
    );
    await rename(draft, folder);
  } catch (error) {
    if (!existsSync(join(folder, 'jars')))
      throw new Error('the Peppol rules could not be fetched; they need Maven and Java 17 or later', { cause: error });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return join(folder, 'jars');
}

/** Rules, warnings too, that each invoice breaks, as `<rule>: <sentence>`, in the order given. Empty: it conforms. */
export async function brokenInvoiceRules(invoices: readonly string[]): Promise<readonly (readonly string[])[]> {
  const jars = await jarFolder();
  const folder = await mkdtemp(join(tmpdir(), 'monsys-invoices-'));
  try {
    const files = invoices.map((_, index) => join(folder, `${index}.xml`));
    await Promise.all(files.map((file, index) => writeFile(file, invoices[index] as string)));
    // Java compiles and runs a single source file by itself.
    const { stdout } = await promisify(execFile)(
      'java',
      [
        '-Xmx512m',
        '-XX:TieredStopAtLevel=1',
        '-cp',
        join(jars, '*'),
        join(import.meta.dirname, 'PeppolRules.java'),
        ...files,
      ],
      { timeout: VALIDATION_TIMEOUT_MS, maxBuffer: MAX_OUTPUT_BYTES },
    );
    const lines = stdout.split('\n').map((line) => line.split('\t'));
    return files.map((file) => {
      const of = (kind: string) =>
        lines.filter((line) => line[0] === kind && line[1] === file).map((line) => line[2] as string);
      const checked = of('checked');
      // A file that fails the schema is not checked any further.
      if (of('broken').length === 0 && !RULE_SETS.every((rules, index) => checked[index]?.endsWith(rules)))
        throw new Error(`not every rule set was tried: ${checked.join(', ')}`);
      return of('broken');
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
