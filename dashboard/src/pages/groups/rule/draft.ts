/** A rule while somebody edits it: the tree of src/domain/tagRule.ts, with a name for each part and room for what is not complete. */

import { COMBINATORS, type Combinator, LEAVES, type Leaf, ruleFaults } from '../../../../../src/domain/tagRule.ts';

/** Rules within a rule. */
export type DraftBlock = {
  readonly id: string;
  readonly mode: Combinator;
  readonly parts: readonly DraftNode[];
};
/** One condition. */
export type DraftCondition = { readonly id: string; readonly fact: Leaf; readonly value: string };
/** Either. */
export type DraftNode = DraftBlock | DraftCondition;
type Json = Readonly<Record<string, unknown>>;

/** Whether a part is a block. */
export function isBlock(node: DraftNode): node is DraftBlock {
  return 'mode' in node;
}

/** An empty condition. */
export function newCondition(): DraftCondition {
  return { id: crypto.randomUUID(), fact: 'tag', value: '' };
}

/** A block around parts. */
export function newBlock(mode: Combinator, parts: readonly DraftNode[]): DraftBlock {
  return { id: crypto.randomUUID(), mode, parts };
}

/** The JSON of a draft, complete or not. */
export function toRule(node: DraftNode): Json {
  return isBlock(node) ? { [node.mode]: node.parts.map(toRule) } : { [node.fact]: node.value };
}

/** The draft of a rule without faults; a condition alone gets a block around it, which means the same. */
export function toDraft(rule: Json): DraftBlock {
  const node = read(rule);
  return isBlock(node) ? node : newBlock('all_of', [node]);
}

function read(rule: Json): DraftNode {
  const mode = COMBINATORS.find((each) => each in rule);
  if (mode !== undefined) return newBlock(mode, (rule[mode] as readonly Json[]).map(read));
  const fact = LEAVES.find((each) => each in rule) ?? 'tag';
  return { id: crypto.randomUUID(), fact, value: String(rule[fact]) };
}

/** The draft with the part `id` changed, or taken out when the change gives null. */
export function changed(block: DraftBlock, id: string, change: (node: DraftNode) => DraftNode | null): DraftBlock {
  const visit = (node: DraftNode): readonly DraftNode[] => {
    if (node.id === id) {
      const next = change(node);
      return next === null ? [] : [next];
    }
    return isBlock(node) ? [{ ...node, parts: node.parts.flatMap(visit) }] : [node];
  };
  return (visit(block)[0] as DraftBlock | undefined) ?? block;
}

/** Faults by JSON pointer within the rule, such as `/all_of/1/kernel`; '' is the rule itself. */
export function faultsOf(rule: unknown): ReadonlyMap<string, string> {
  return new Map(
    ruleFaults(rule).map(({ path, message }) => [path.map((part) => `/${part}`).join(''), message] as const),
  );
}
