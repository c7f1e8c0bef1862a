/** The store of packs' files that the environment asks for. */

import { type PackConfig, s3Settings } from './config.ts';
import { createFolderStore, type PackStore } from './packStore.ts';

/** Object storage where it is configured, a local folder otherwise. */
export async function openPackStore(config: PackConfig): Promise<PackStore> {
  const settings = s3Settings(config);
  if (settings === null) return createFolderStore(config.MONSYS_PACK_DIR);
  // Loaded only here: the client is large, and most hubs start without it.
  const { createS3Store } = await import('./s3PackStore.ts');
  return createS3Store(settings);
}
