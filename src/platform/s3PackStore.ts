/**
 * Packs' files in S3-compatible object storage, under `<prefix>/ab/abcdef…` as in a folder.
 *
 * A key is the digest of its content, which is known at the end: a draft is written to a local file first, and sent
 * when it is whole. Object storage shows an object once its upload completes, so a file is there whole or not at all.
 */

import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { GetObjectCommand, HeadObjectCommand, NotFound, S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { createFolderStore, type PackStore, placeOf } from './packStore.ts';

/** Bytes of one part: with S3's 10,000 parts this is room for 160 GB, with two parts in memory at a time. */
const PART_BYTES = 16 * 1024 * 1024;
const PARTS_AT_ONCE = 2;

/** Where objects go, and as whom. */
export type S3Settings = {
  readonly endpoint: string;
  readonly bucket: string;
  /** Without slashes at its ends; may be empty. */
  readonly prefix: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
};

/** Keeps files as objects. The bucket must be there. */
export function createS3Store(settings: S3Settings): PackStore {
  const { endpoint, bucket: Bucket, prefix, region, accessKeyId, secretAccessKey } = settings;
  const client = new S3Client({
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
    // The bucket in the path: what every S3-compatible server answers, with or without a name for each bucket.
    forcePathStyle: true,
    // Servers older than 2025 refuse the checksums that the client would add by itself.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const keyOf = (sha256: string): string => `${prefix === '' ? '' : `${prefix}/`}${placeOf(sha256)}`;
  const has = async (sha256: string): Promise<boolean> => {
    try {
      await client.send(new HeadObjectCommand({ Bucket, Key: keyOf(sha256) }));
      return true;
    } catch (error) {
      if (error instanceof NotFound) return false;
      throw error;
    }
  };
  const send = async (sha256: string, path: string): Promise<void> => {
    // The same file again need not travel again.
    if (await has(sha256)) return;
    const Body = createReadStream(path, { highWaterMark: 1024 * 1024 });
    await new Upload({
      client,
      params: { Bucket, Key: keyOf(sha256), Body, ContentType: 'application/octet-stream' },
      partSize: PART_BYTES,
      queueSize: PARTS_AT_ONCE,
    }).done();
  };
  return {
    has,
    read: async (sha256) => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: keyOf(sha256) }));
      if (!(Body instanceof Readable)) throw new TypeError('object storage answered without a body');
      return Body;
    },
    draft: async () => {
      const folder = await mkdtemp(join(tmpdir(), 'monsys-pack-'));
      const clear = (): Promise<void> => rm(folder, { recursive: true, force: true });
      const draft = await createFolderStore(folder).draft();
      return {
        write: draft.write,
        keep: async () => {
          try {
            const kept = await draft.keep();
            await send(kept.sha256, join(folder, kept.sha256.slice(0, 2), kept.sha256));
            return kept;
          } finally {
            await clear();
          }
        },
        discard: async () => {
          await draft.discard();
          await clear();
        },
      };
    },
  };
}
