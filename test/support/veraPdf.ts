/**
 * veraPDF, the validator of the PDF Association's members: the consortium's own artefact from Maven Central, fetched
 * once by Maven into the user's cache, as the time-skipping server is.
 */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const VERSION = '1.28.2';
const MAVEN_TIMEOUT_MS = 240_000;
const VALIDATION_TIMEOUT_MS = 60_000;
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>monsys</groupId><artifactId>verapdf-files</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.verapdf.apps</groupId><artifactId>greenfield-apps</artifactId><version>${VERSION}</version></dependency>
  </dependencies>
</project>
`;

/** Folder of its jars; made whole by one rename, so that two test files may make it at once. */
async function jarFolder(): Promise<string> {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'monsys-msp', 'verapdf');
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
      throw new Error('veraPDF could not be fetched; it needs Maven and Java 11 or later', { cause: error });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return join(folder, 'jars');
}

/** Rules that a file breaks, as `<clause>-<test>: <description>`; none means that it conforms. */
export async function brokenRules(file: string, flavour: '2a' | 'ua1'): Promise<readonly string[]> {
  const jars = await jarFolder();
  const { stdout } = await promisify(execFile)(
    'java',
    [
      '-Xmx512m',
      '-XX:TieredStopAtLevel=1',
      '-cp',
      join(jars, '*'),
      'org.verapdf.apps.GreenfieldCliWrapper',
      '--format',
      'xml',
      '-f',
      flavour,
      file,
    ],
    { timeout: VALIDATION_TIMEOUT_MS, maxBuffer: MAX_OUTPUT_BYTES },
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
