/**
 * Replay: a history that an earlier version of a workflow left must lead the present version to the same commands,
 * or runs that are under way at an upgrade get stuck. Histories lie in test/histories, one per workflow and shape;
 * they are never replaced while runs of their time may be alive, only added to.
 */

import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Client } from '@temporalio/client';
import { bundleWorkflowCode, Worker, type WorkflowBundle } from '@temporalio/worker';

/** Where histories are kept. */
export const HISTORIES = join(import.meta.dirname, '..', 'histories');

/** Keeps the history of a run as `<name>.json` when RECORD_HISTORIES is set; otherwise does nothing. */
export async function recordHistory(
  temporalAddress: string,
  run: { readonly workflowId: string; readonly runId: string },
  name: string,
): Promise<void> {
  if (process.env['RECORD_HISTORIES'] === undefined) return;
  const which = ['--workflow-id', run.workflowId, '--run-id', run.runId];
  // The same text as an operator's `temporal workflow show`, so that a history from the field can be added as it is.
  const { stdout } = await promisify(execFile)(
    'temporal',
    ['workflow', 'show', ...which, '--output', 'json', '--address', temporalAddress],
    { maxBuffer: 64 * 1024 * 1024 },
  );
  await mkdir(HISTORIES, { recursive: true });
  await writeFile(join(HISTORIES, `${name}.json`), stdout);
}

/** The same for the last run of a workflow. */
export async function recordLastRun(
  client: Client,
  temporalAddress: string,
  workflowId: string,
  name: string,
): Promise<void> {
  const { runId } = await client.workflow.getHandle(workflowId).describe();
  await recordHistory(temporalAddress, { workflowId, runId }, name);
}

/** Names of the histories that are kept. */
export function historyNames(): readonly string[] {
  return readdirSync(HISTORIES)
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .toSorted((a, b) => a.localeCompare(b));
}

/** The present workflows, bundled once for many replays. */
export function bundleWorkflows(
  path: string = fileURLToPath(new URL('../../src/workflows/index.ts', import.meta.url)),
): Promise<WorkflowBundle> {
  return bundleWorkflowCode({ workflowsPath: path });
}

/** Replays a kept history; throws a DeterminismViolationError when the workflow would act otherwise. */
export async function replayHistory(bundle: WorkflowBundle, name: string): Promise<void> {
  const text = readFileSync(join(HISTORIES, `${name}.json`), 'utf8');
  await Worker.runReplayHistory({ workflowBundle: bundle }, parseHistory(JSON.parse(text)), name);
}

/**
 * The SDK's own reader of such JSON fails when npm has laid a copy of protobufjs beside each of its packages: message
 * types of one copy are strangers to another. Here reader and types come from the same copy, that of @temporalio/proto.
 */
function parseHistory(json: unknown): unknown {
  const fromHere = createRequire(import.meta.url);
  const ofProto = createRequire(fromHere.resolve('@temporalio/proto'));
  const proto: unknown = ofProto('@temporalio/proto');
  const { patchProtobufRoot } = ofProto('@temporalio/proto/lib/patch-protobuf-root') as {
    readonly patchProtobufRoot: (root: unknown) => { readonly lookupType: (name: string) => unknown };
  };
  const { fromJson } = ofProto('protobufjs/ext/protojson') as {
    readonly fromJson: (type: unknown, json: unknown, options: { readonly ignoreUnknownFields: boolean }) => unknown;
  };
  const type = patchProtobufRoot(proto).lookupType('temporal.api.history.v1.History');
  return fromJson(type, json, { ignoreUnknownFields: true });
}
