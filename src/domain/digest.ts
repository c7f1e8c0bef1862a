/** A SHA-256 as documents and requests write it. */

import { z } from 'zod';

/** 64 lower-case hex digits. */
export const sha256Digest = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 in lower-case hex');
