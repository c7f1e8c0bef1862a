/**
 * Temporal's time-skipping test server: while every workflow only waits, its clock jumps to the next timer, so that
 * an hour's timer takes a moment. The server is Temporal's own Java artefact from Maven Central, fetched once by Maven
 * into the user's cache; the SDK's own download would need a host that not every build machine may reach.
 */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { SEARCH_ATTRIBUTES } from '../../src/workflows/messages.ts';

const VERSION = '1.32.1';
const MAVEN_TIMEOUT_MS = 240_000;
/** temporal.api.enums.v1.IndexedValueType. */
const KEYWORD = 2;

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>monsys</groupId><artifactId>temporal-test-server-files</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>io.temporal</groupId><artifactId>temporal-test-server</artifactId><version>${VERSION}</version></dependency>
  </dependencies>
</project>
`;

/** Folder with the server's start script; made whole by one rename, so that two test files may make it at once. */
async function serverFolder(): Promise<string> {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'monsys-msp', 'temporal-test-server');
  const folder = join(cache, VERSION);
  if (existsSync(join(folder, 'server'))) return folder;
  await mkdir(cache, { recursive: true });
  const draft = await mkdtemp(join(cache, 'draft-'));
  try {
    await writeFile(join(draft, 'pom.xml'), POM);
    await promisify(execFile)(
      'mvn',
      ['-q', '-B', 'dependency:copy-dependencies', '-DincludeScope=runtime', '-DoutputDirectory=jars'],
      { cwd: draft, timeout: MAVEN_TIMEOUT_MS },
    );
    // The SDK starts the program with the port as its first argument. exec: the SDK ends the very process it started.
    await writeFile(
      join(draft, 'server'),
      '#!/bin/sh\nexec java -Xmx256m -XX:TieredStopAtLevel=1 -cp "$(dirname "$0")/jars/*" io.temporal.testserver.TestServer "$1"\n',
    );
    await chmod(join(draft, 'server'), 0o755);
    await rename(draft, folder);
  } catch (error) {
    if (!existsSync(join(folder, 'server')))
      throw new Error('the time-skipping server could not be made; it needs Maven and Java 11 or later', {
        cause: error,
      });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return folder;
}

/** Starts a time-skipping environment with the hub's search attributes. Call `teardown()` when done. */
export async function createTimeSkippingEnvironment(): Promise<TestWorkflowEnvironment> {
  const folder = await serverFolder();
  const env = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: join(folder, 'server') } },
  });
  await env.connection.operatorService.addSearchAttributes({
    namespace: env.namespace ?? 'default',
    searchAttributes: Object.fromEntries(SEARCH_ATTRIBUTES.map((name) => [name, KEYWORD])),
  });
  return env;
}
