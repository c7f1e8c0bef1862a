/** What is wrong with a request, each fault at its place (RFC 6901), as `errors` of a problem shows it. */

import type { z } from 'zod';

/** One fault; the pointer is within the part of the request. */
export type Fault = { readonly pointer: string; readonly message: string };
type Issue = z.core.$ZodIssue;

/**
 * The faults behind an issue. "Invalid input" of a union says nothing: what its author meant is the alternative whose kind
 * the value has, and the faults are that one's; where it has the kind of none, all of them are named.
 */
export function faultsOf(issue: Issue, within: readonly PropertyKey[] = []): readonly Fault[] {
  const path = [...within, ...issue.path];
  const alternatives = issue.code === 'invalid_union' ? issue.errors.filter((issues) => issues.length > 0) : [];
  const meant = alternatives.find((issues) => !issues.some(isOfAnotherKind));
  if (meant !== undefined) return meant.flatMap((fault) => faultsOf(fault, path));
  const messages = new Set(
    alternatives.flatMap((issues) => issues.filter(isOfAnotherKind).map(({ message }) => message)),
  );
  return [{ pointer: pointerOf(path), message: messages.size === 0 ? issue.message : [...messages].join('; or: ') }];
}

function isOfAnotherKind({ code, path }: Issue): boolean {
  return path.length === 0 && (code === 'invalid_type' || code === 'invalid_value');
}

function pointerOf(path: readonly PropertyKey[]): string {
  return `/${path.map((key) => String(key).replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`;
}
