/** What the API says when it refuses (RFC 9457), as an error of this program. */

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
  readonly faults: readonly FieldFault[];
  /** Whatever else the problem says, such as `retry_after_seconds`. */
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(status: number, body: Readonly<Record<string, unknown>>) {
    super(typeof body['detail'] === 'string' ? body['detail'] : `The hub answered ${status}.`);
    this.status = status;
    const type = typeof body['type'] === 'string' ? body['type'] : '';
    this.code = type.startsWith(TYPE_PREFIX) ? type.slice(TYPE_PREFIX.length) : 'unknown';
    this.title = typeof body['title'] === 'string' ? body['title'] : `Error ${status}`;
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

/** The hub did not answer at all. */
export function offlineProblem(): ProblemError {
  return new ProblemError(0, {
    type: `${TYPE_PREFIX}offline`,
    title: 'The hub cannot be reached',
    detail: 'The hub cannot be reached: look at your connection, then try again. Nothing was changed.',
  });
}
