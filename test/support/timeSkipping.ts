/**
 * Temporal's time-skipping test server: while every workflow only waits, its clock jumps to the next timer, so that
 * an hour's timer takes a moment. The server is Temporal's own Java artefact from Maven Central, fetched once by Maven
 * into the user's cache; the SDK's own download would need a host that not every build machine may reach.
 */

import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { SEARCH_ATTRIBUTES } from '../../src/workflows/messages.ts';
import { mavenJars } from './mavenJars.ts';

const VERSION = '1.32.1';
/** temporal.api.enums.v1.IndexedValueType. */
const KEYWORD = 2;

/** The SDK starts it with the port as its first argument. exec: the SDK ends the very process it started. */
const START_SCRIPT =
  '#!/bin/sh\nexec java -Xmx256m -XX:TieredStopAtLevel=1 -cp "$(dirname "$0")/*" io.temporal.testserver.TestServer "$1"\n';

/** The server's start script, beside its jars. */
async function serverProgram(): Promise<string> {
  const jars = await mavenJars({
    name: 'temporal-test-server',
    version: VERSION,
    artifacts: [`io.temporal:temporal-test-server:${VERSION}`],
    needs: 'Java 11',
  });
  const program = join(jars, 'server');
  if (existsSync(program)) return program;
  const draft = `${program}-${randomUUID()}`;
  await writeFile(draft, START_SCRIPT);
  await chmod(draft, 0o755);
  await rename(draft, program);
  return program;
}

/** Starts a time-skipping environment with the hub's search attributes. Call `teardown()` when done. */
export async function createTimeSkippingEnvironment(): Promise<TestWorkflowEnvironment> {
  const env = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: await serverProgram() } },
  });
  await env.connection.operatorService.addSearchAttributes({
    namespace: env.namespace ?? 'default',
    searchAttributes: Object.fromEntries(SEARCH_ATTRIBUTES.map((name) => [name, KEYWORD])),
  });
  return env;
}
