/** Reads `multipart/form-data` bodies (RFC 7578), as `curl -F` and browsers send them, from bytes already held under a limit. */

import { RefusedError } from '../domain/refusal.ts';

/** A part that came as a file; its name and type are the sender's word and nothing more. */
export type UploadedFile = { readonly name: string; readonly bytes: Uint8Array };

/** Parts by name. A file is told from a text by whether the sender gave it a file name. */
export type MultipartFields = Readonly<Record<string, string | UploadedFile>>;

/** Parses the parts. A name that appears twice is refused: two readers could choose different ones. */
export async function readMultipart(
  bytes: Uint8Array<ArrayBuffer>,
  contentType: string | undefined,
): Promise<MultipartFields> {
  if (contentType === undefined || !/^multipart\/form-data\s*;/i.test(contentType))
    throw new RefusedError('unsupported_media_type', 'Send multipart/form-data, as curl -F does.');
  const form = await parse(bytes, contentType);
  const fields: Record<string, string | UploadedFile> = Object.create(null) as Record<string, string | UploadedFile>;
  for (const [name, value] of form) {
    if (name in fields) throw new RefusedError('invalid_request', `The part "${name}" appears twice.`);
    fields[name] =
      typeof value === 'string' ? value : { name: value.name, bytes: new Uint8Array(await value.arrayBuffer()) };
  }
  return { ...fields };
}

async function parse(bytes: Uint8Array<ArrayBuffer>, contentType: string): Promise<FormData> {
  try {
    // The platform's own parser; the body has been read, so nothing streams and nothing is unbounded.
    return await new Response(bytes, { headers: { 'content-type': contentType } }).formData();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new RefusedError('invalid_request', 'The body is not the multipart/form-data that its header announces.');
  }
}
