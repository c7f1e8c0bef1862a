/** Reads a playbook while it is written, by the rules of the hub itself. */

import { playbookContent } from '../../../../src/domain/playbook.ts';
import type { PlaybookItem, PlaybookVersion } from './queries.ts';

/** What can be saved, with its defaults filled in. */
export type DraftContent = PlaybookVersion['content'] & Pick<PlaybookItem, 'irreversible' | 'parameters'>;

/** The content, or why it is none yet. */
export type Draft = {
  readonly content: DraftContent | null;
  readonly faults: readonly string[];
  readonly notJson: string | null;
};

/** Parses the text of an editor. */
export function readDraft(text: string): Draft {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { content: null, faults: [], notJson: error.message };
  }
  const parsed = playbookContent.safeParse(value);
  // The API's type differs in that it has no members that are there and undefined; JSON has none either.
  if (parsed.success) return { content: parsed.data as DraftContent, faults: [], notJson: null };
  const faults = parsed.error.issues.map(({ path, message }) => `${path.map(String).join('.')}: ${message}`);
  return { content: null, faults: [...new Set(faults)], notJson: null };
}
