/** The way from a leaf to the root, drawn: each node is computed here from the one below and its neighbour. */

import { useTranslation } from 'react-i18next';
import { bytesToHex } from '../../../../src/domain/bytes.ts';
import type { PathStep } from '../../../../src/domain/tlog/merkle.ts';
import { cx } from '../../ui/classNames.ts';

const [WIDTH, BOX_WIDTH, BOX_HEIGHT, ROW] = [420, 132, 34, 78];
const HEX_SHOWN = 12;

type Node = {
  readonly x: number;
  readonly y: number;
  readonly hash: string;
  readonly look: 'made' | 'given' | 'good' | 'bad';
};

/** `isRoot` says whether the last hash is the root of the signed head. */
export function ProofDrawing({
  leaf,
  steps,
  isRoot,
}: {
  readonly leaf: string;
  readonly steps: readonly PathStep[];
  readonly isRoot: boolean;
}) {
  const { t } = useTranslation('transparency');
  const height = steps.length * ROW + BOX_HEIGHT + 48;
  const y = (level: number): number => height - BOX_HEIGHT - 20 - level * ROW;
  const sides = steps.map(({ side }) => side);
  // A node stands where its children do not: left of a neighbour on the right, and the other way round.
  const x = (level: number): number => {
    const side = sides[level];
    return side === undefined ? WIDTH / 2 : side === 'left' ? WIDTH - BOX_WIDTH / 2 - 40 : BOX_WIDTH / 2 + 40;
  };
  const path: Node[] = [leaf, ...steps.map(({ hash }) => bytesToHex(hash))].map((hash, level, all) => ({
    x: x(level),
    y: y(level),
    hash,
    look: level < all.length - 1 ? 'made' : isRoot ? 'good' : 'bad',
  }));
  const siblings: Node[] = steps.map(({ sibling, side }, level) => ({
    x: side === 'left' ? BOX_WIDTH / 2 + 40 : WIDTH - BOX_WIDTH / 2 - 40,
    y: y(level),
    hash: bytesToHex(sibling),
    look: 'given',
  }));
  return (
    <figure className="space-y-2">
      <svg
        viewBox={`0 0 ${WIDTH} ${height}`}
        role="img"
        aria-label={t('proof.drawing', { count: steps.length })}
        className="mx-auto w-full max-w-lg"
      >
        {steps.map((_, level) => {
          const above = path[level + 1] as Node;
          return [path[level] as Node, siblings[level] as Node].map((node) => (
            <path
              key={`${level} ${node.look}`}
              d={`M${node.x} ${node.y} C${node.x} ${node.y - 22}, ${above.x} ${above.y + BOX_HEIGHT + 22}, ${above.x} ${above.y + BOX_HEIGHT}`}
              className={cx('fill-none', node.look === 'given' ? 'stroke-line-strong' : 'stroke-accent')}
              strokeWidth={node.look === 'given' ? 1 : 2}
              {...(node.look === 'given' && { strokeDasharray: '4 3' })}
            />
          ));
        })}
        {[...path, ...siblings].map((node) => (
          <NodeBox key={`${node.x} ${node.y}`} node={node} />
        ))}
        <text x={path[0]?.x} y={height - 4} textAnchor="middle" className="fill-ink-soft text-2xs">
          {t('proof.leaf')}
        </text>
        <text x={WIDTH / 2} y={12} textAnchor="middle" className="fill-ink-soft text-2xs">
          {steps.length > 0 ? t('proof.root') : ''}
        </text>
      </svg>
      <figcaption className="flex flex-wrap justify-center gap-x-4 text-xs text-ink-soft">
        <span className="flex items-center gap-1.5">
          <span aria-hidden="true" className="size-3 rounded border border-accent bg-accent-wash" /> {t('proof.made')}
        </span>
        <span className="flex items-center gap-1.5">
          <span aria-hidden="true" className="size-3 rounded border border-dashed border-line-strong" />{' '}
          {t('proof.given')}
        </span>
      </figcaption>
    </figure>
  );
}

const LOOKS: Readonly<Record<Node['look'], string>> = {
  made: 'fill-accent-wash stroke-accent',
  given: 'fill-surface stroke-line-strong',
  good: 'fill-good-wash stroke-good',
  bad: 'fill-critical-wash stroke-critical',
};

function NodeBox({ node }: { readonly node: Node }) {
  return (
    <g>
      <title>{node.hash}</title>
      <rect
        x={node.x - BOX_WIDTH / 2}
        y={node.y}
        width={BOX_WIDTH}
        height={BOX_HEIGHT}
        rx={6}
        strokeWidth={1.5}
        {...(node.look === 'given' && { strokeDasharray: '4 3' })}
        className={LOOKS[node.look]}
      />
      <text x={node.x} y={node.y + BOX_HEIGHT / 2 + 4} textAnchor="middle" className="fill-ink font-mono text-xs">
        {node.hash.slice(0, HEX_SHOWN)}…
      </text>
    </g>
  );
}
