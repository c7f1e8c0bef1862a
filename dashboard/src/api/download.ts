/** Files of the hub: read into the browser, or saved under the name that the hub gives. */

import { API_BASE } from './client.ts';
import { offlineProblem, refusal } from './problem.ts';

/** A file as the hub sent it. */
export type HubFile = { readonly name: string; readonly blob: Blob };

/** Address of a file below the API's base, for links that the browser follows itself. */
export function fileHref(path: string, query: Readonly<Record<string, string | undefined>> = {}): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const text = new URLSearchParams(given).toString();
  return `${API_BASE}${path}${text === '' ? '' : `?${text}`}`;
}

/** GETs a file. @throws {ProblemError} when the hub refuses or cannot be reached. */
export async function fetchFile(href: string, signal?: AbortSignal): Promise<HubFile> {
  let response: Response;
  try {
    response = await fetch(href, { credentials: 'same-origin', ...(signal && { signal }) });
  } catch (error) {
    if (error instanceof TypeError) throw offlineProblem();
    throw error;
  }
  if (!response.ok) throw await refusal(response.status, await problemBody(response));
  const name = /filename="([^"]+)"/.exec(response.headers.get('Content-Disposition') ?? '')?.[1];
  return { name: name ?? href.split('?')[0]?.split('/').at(-1) ?? 'file', blob: await response.blob() };
}

async function problemBody(response: Response): Promise<Record<string, unknown>> {
  try {
    return (await response.json()) as Record<string, unknown>;
  } catch (error) {
    // A proxy in between answers with a page of its own.
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

/** Hands a file to the viewer, as a download. */
export function saveFile({ name, blob }: HubFile): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken hold of the bytes once the click is handled.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
