/** Programs of Maven Central that tests run: fetched once by Maven, with all that they need, into the user's cache. */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const MAVEN_TIMEOUT_MS = 240_000;
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/** What to fetch. `version` is a folder of the cache; `artifacts` are `group:artifact:version`. */
export type MavenProgram = {
  readonly name: string;
  readonly version: string;
  readonly artifacts: readonly string[];
  /** For the sentence of the failure, such as `Java 17`. */
  readonly needs: string;
};

function pom({ name, artifacts }: MavenProgram): string {
  const dependencies = artifacts.map((each) => {
    const [group, artifact, version] = each.split(':');
    return `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;
  });
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>monsys</groupId><artifactId>${name}-files</artifactId><version>1</version>
  <dependencies>${dependencies.join('')}</dependencies>
</project>
`;
}

/** Folder of the program's jars; made whole by one rename, so that two test files may make it at once. */
export async function mavenJars(program: MavenProgram): Promise<string> {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'monsys-msp', program.name);
  const folder = join(cache, program.version);
  if (existsSync(join(folder, 'jars'))) return join(folder, 'jars');
  await mkdir(cache, { recursive: true });
  const draft = await mkdtemp(join(cache, 'draft-'));
  try {
    await writeFile(join(draft, 'pom.xml'), pom(program));
    await promisify(execFile)(
      'mvn',
      ['-q', '-B', 'dependency:copy-dependencies', '-DincludeScope=runtime', '-DoutputDirectory=jars'],
      { cwd: draft, timeout: MAVEN_TIMEOUT_MS },
    );
    await rename(draft, folder);
  } catch (error) {
    if (!existsSync(join(folder, 'jars')))
      throw new Error(`${program.name} could not be fetched; it needs Maven and ${program.needs} or later`, {
        cause: error,
      });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return join(folder, 'jars');
}

/**
 * Runs Java once, for a short job, with the jars of a folder; `main` is a class or a source file.
 *
 * @throws when it exits with another code than 0, with the output at hand
 */
export async function runJava(
  jars: string,
  [main, ...args]: readonly [main: string, ...args: string[]],
  timeoutMs: number,
): Promise<{ readonly stdout: string }> {
  return promisify(execFile)('java', ['-Xmx512m', '-XX:TieredStopAtLevel=1', '-cp', join(jars, '*'), main, ...args], {
    timeout: timeoutMs,
    maxBuffer: MAX_OUTPUT_BYTES,
  });
}
