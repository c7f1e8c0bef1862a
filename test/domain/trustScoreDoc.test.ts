import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  COMPONENTS,
  recomputeTrustScore,
  type TrustScoreInputs,
  trustScore,
  trustScoreWeights,
} from '../../src/domain/trustScore.ts';

const page = readFileSync(new URL('../../docs/trust-score.md', import.meta.url), 'utf8');

function find(pattern: RegExp): string {
  const found = pattern.exec(page)?.[1];
  if (found === undefined) throw new Error(`docs/trust-score.md has nothing like ${pattern}; keep its worked example.`);
  return found;
}

const text = find(/```json\n(.+)\n```/);
const inputs = JSON.parse(text) as TrustScoreInputs;
const score = Number(find(/Score: \*\*([\d.]+)\*\*/));
const hash = find(/Inputs hash: `([0-9a-f]{64})`/);

describe('docs/trust-score.md', () => {
  it('has an example that recomputes to its score and hash', () => {
    expect(recomputeTrustScore(text, hash)?.score).toBe(score);
    expect(trustScore(inputs).inputs_text).toBe(text);
  });

  it('does not recompute when the inputs are touched (a control)', () => {
    expect(recomputeTrustScore(text.replace('"drifted":2', '"drifted":1'), hash)).toBeNull();
  });

  it.each(COMPONENTS)('shows value and weight of %s as computed', (name) => {
    const row = new RegExp(`^\\| \`${name}\` \\| .+ \\| ([\\d.]+) \\| ([\\d.]+) \\|$`, 'm').exec(
      page.slice(page.indexOf('## Worked example')),
    );
    expect({ value: Number(row?.[1]), weight: Number(row?.[2]) }).toEqual(trustScore(inputs).components[name]);
  });

  it.each(COMPONENTS)('lists the bootstrap weights of %s', (name) => {
    const row = new RegExp(`^\\| \`${name}\` \\| ([\\d.]+) \\| ([\\d.]+) \\| ([\\d.]+) \\|$`, 'm').exec(page);
    // The last day of an age range stands for all of it, the first for the next.
    const computed = [0, 29, 30, 89, 90].map((days) => Number(trustScoreWeights(days)[name].toFixed(2)));
    const [young, middle, full] = [1, 2, 3].map((column) => Number(row?.[column]));
    expect(computed).toEqual([young, young, middle, middle, full]);
  });

  it('tells what the same inputs score for younger tenants', () => {
    const [, at10, at60] = /at 10 days of age score ([\d.]+), at 60 days ([\d.]+)\.\n/.exec(page) ?? [];
    expect([10, 60].map((days) => trustScore({ ...inputs, tenant_age_days: days }).score)).toEqual([
      Number(at10),
      Number(at60),
    ]);
  });
});
