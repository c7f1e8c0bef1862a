/** What the API says when it refuses (RFC 9457), as an error of this program, in the viewer's language. */

import i18next from 'i18next';

/** A refusal of one field: `part` of the request, JSON pointer, sentence. */
export type FieldFault = { readonly part: string; readonly pointer: string; readonly message: string };

const TYPE_PREFIX = 'urn:monsys:problem:';

/** A refusal, or that the hub could not be reached (`code` is `offline`). The message is a sentence for people. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly status: number;
  /** Last part of the problem's `type`; stable, see docs/formats/problems.md. */
  readonly code: string;
  readonly title: string;
  /** What to do about it, or the facts of the case. */
  readonly sentence: string;
  /** Facts of the case that the hub has told in English only, where the viewer reads another language. */
  readonly said: string | undefined;
  readonly faults: readonly FieldFault[];
  /** Whatever else the problem says, such as `retry_after_seconds`. */
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(status: number, body: Readonly<Record<string, unknown>>) {
    const said = typeof body['said'] === 'string' ? body['said'] : undefined;
    const sentence = typeof body['detail'] === 'string' ? body['detail'] : i18next.t('problem.answered', { status });
    super(said === undefined ? sentence : `${sentence} (${said})`);
    this.status = status;
    this.sentence = sentence;
    this.said = said;
    this.code = codeOf(body);
    this.title = typeof body['title'] === 'string' ? body['title'] : i18next.t('problem.title');
    this.faults = Array.isArray(body['errors']) ? (body['errors'] as FieldFault[]) : [];
    this.extra = body;
  }

  /** The sentence about one field, by its path in the body: `fault('rule', 'all_of')`. */
  fault(...path: readonly (string | number)[]): string | undefined {
    const pointer = `/${path.join('/')}`;
    return this.faults.find((each) => each.part === 'body' && each.pointer === pointer)?.message;
  }
}

/** What the hub refused with, if that is what went wrong. */
export function problemOf(error: unknown): ProblemError | undefined {
  return error instanceof ProblemError ? error : undefined;
}

function codeOf(body: Readonly<Record<string, unknown>>): string {
  const type = typeof body['type'] === 'string' ? body['type'] : '';
  return type.startsWith(TYPE_PREFIX) ? type.slice(TYPE_PREFIX.length) : 'unknown';
}

/** What the hub refused with, in the viewer's language. The Dutch comes with the first refusal of who reads it. */
export async function refusal(status: number, body: Readonly<Record<string, unknown>>): Promise<ProblemError> {
  if (i18next.language !== 'nl') return new ProblemError(status, body);
  // Words that cannot be had hide no refusal: then it is said as the hub said it.
  const dutch = await import('../messages/nl/problem.ts').catch(() => null);
  return new ProblemError(status, dutch?.problemInDutch(codeOf(body), body) ?? body);
}

/** The hub did not answer at all. */
export function offlineProblem(): ProblemError {
  return new ProblemError(0, {
    type: `${TYPE_PREFIX}offline`,
    title: i18next.t('problem.offline'),
    detail: i18next.t('problem.offlineText'),
  });
}
