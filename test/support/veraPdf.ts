/**
 * veraPDF, the validator of the PDF Association's members: the consortium's own artefact from Maven Central, fetched
 * once by Maven into the user's cache, as the time-skipping server is.
 */

import { mavenJars, runJava } from './mavenJars.ts';

const VERSION = '1.28.2';
const VALIDATION_TIMEOUT_MS = 60_000;

/** Rules that a file breaks, as `<clause>-<test>: <description>`; none means that it conforms. */
export async function brokenRules(file: string, flavour: '2a' | 'ua1'): Promise<readonly string[]> {
  const jars = await mavenJars({
    name: 'verapdf',
    version: VERSION,
    artifacts: [`org.verapdf.apps:greenfield-apps:${VERSION}`],
    needs: 'Java 11',
  });
  const { stdout } = await runJava(
    jars,
    ['org.verapdf.apps.GreenfieldCliWrapper', '--format', 'xml', '-f', flavour, file],
    VALIDATION_TIMEOUT_MS,
  ).catch((error: unknown) => {
    // It exits with 1 when a file does not conform; the report is whole all the same.
    const { code, stdout: report } = error as { readonly code?: unknown; readonly stdout?: string };
    if (code === 1 && report?.includes('<validationReport') === true) return { stdout: report };
    throw error;
  });
  if (!/<validationReport [^>]*isCompliant="(true|false)"/.test(stdout))
    throw new Error(`veraPDF gave no verdict: ${stdout.slice(0, 500)}`);
  return [
    ...stdout.matchAll(/<rule [^>]*clause="([^"]+)" testNumber="(\d+)" status="failed"[^>]*>\s*<description>([^<]*)/g),
  ]
    .map(([, clause = '', number = '', description = '']) => `${clause}-${number}: ${description}`)
    .toSorted();
}
