/** What the API is built from; tests pass their own. */

import type { Client } from '@temporalio/client';
import type { DatabasePool } from 'slonik';
import type { OperatorInvoicing } from '../domain/invoicing.ts';
import type { WitnessKey } from '../domain/tlog/cosignature.ts';
import type { ApiConfig } from '../platform/config.ts';
import type { Logger } from '../platform/log.ts';
import type { PackStore } from '../platform/packStore.ts';
import type { Seal } from '../platform/seal.ts';
import type { EventHub } from './events.ts';

export type ApiDeps = {
  readonly pool: DatabasePool;
  /** Absent only where a test needs no workflow; routes that start one answer `unavailable` then. */
  readonly temporal: Client | null;
  readonly config: ApiConfig;
  readonly log: Logger;
  readonly seal: Seal;
  /** Seals the secrets of webhooks; null where there are none. */
  readonly webhookSeal: Seal | null;
  readonly events: EventHub;
  /** Where the files of packs lie. */
  readonly packs: Pick<PackStore, 'read'>;
  /** Whose cosignatures of the transparency log are taken. */
  readonly witnesses: readonly WitnessKey[];
  /** Who bills the MSPs of this hub; null: nobody does through it. */
  readonly operator: OperatorInvoicing | null;
  /** Milliseconds since the epoch; a test may turn it. */
  readonly now: () => number;
};
