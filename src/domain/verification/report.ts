/** What the verifier found: one line a check, and the exit code that scripts act on. */

/** Classes of failure with their exit codes (docs/verification.md). A script may rely on them. */
export const EXIT_CODES = {
  ok: 0,
  internal: 1,
  usage: 2,
  unreadable: 3,
  signature: 4,
  content: 5,
  manifest: 6,
  log: 7,
  network: 8,
  fork: 9,
} as const;
export type FailureClass = Exclude<keyof typeof EXIT_CODES, 'ok'>;

/** One line of the output. `line`: number of the line of the JSONL file, counted from 1. */
export type Check =
  | { readonly status: 'passed'; readonly text: string }
  | { readonly status: 'note'; readonly text: string }
  | { readonly status: 'failed'; readonly class: FailureClass; readonly text: string; readonly line: number | null };

/** Collects checks in order. */
export type Report = {
  readonly checks: readonly Check[];
  readonly passed: (text: string) => void;
  readonly note: (text: string) => void;
  readonly failed: (failure: FailureClass, text: string, line?: number) => void;
  readonly hasFailed: () => boolean;
};

/** A report without checks; each check is also given to `show` as it comes. */
export function createReport(show: (check: Check) => void = () => {}): Report {
  const checks: Check[] = [];
  const add = (check: Check): void => {
    checks.push(check);
    show(check);
  };
  return {
    checks,
    passed: (text) => add({ status: 'passed', text }),
    note: (text) => add({ status: 'note', text }),
    failed: (failure, text, line) => add({ status: 'failed', class: failure, text, line: line ?? null }),
    hasFailed: () => checks.some((check) => check.status === 'failed'),
  };
}

/** The first failure decides, but a fork of the log is always told. Nothing checked is not a success. */
export function exitCodeOf(checks: readonly Check[]): number {
  const failures = checks.filter((check) => check.status === 'failed');
  const worst = failures.find((check) => check.class === 'fork') ?? failures[0];
  if (worst !== undefined) return EXIT_CODES[worst.class];
  return checks.some((check) => check.status === 'passed') ? EXIT_CODES.ok : EXIT_CODES.internal;
}

/** `✓ …`, `✗ line 12: …`, `· …`; control characters of a stranger's file must not steer a terminal. */
export function checkLine(check: Check): string {
  const text = printable(check.text);
  if (check.status === 'passed') return `✓ ${text}`;
  if (check.status === 'note') return `· ${text}`;
  return check.line === null ? `✗ ${text}` : `✗ line ${check.line}: ${text}`;
}

/** Text that shows control and direction-changing characters as escapes. */
export function printable(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu,
    (symbol) => `\\u{${(symbol.codePointAt(0) as number).toString(16)}}`,
  );
}

/** Thrown where nothing more can be checked; becomes the last line and the exit code. */
export class VerifierError extends Error {
  override name = 'VerifierError';
  readonly failure: FailureClass;

  constructor(failure: FailureClass, sentence: string) {
    super(sentence);
    this.failure = failure;
  }
}

/** The words of whatever was thrown. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
