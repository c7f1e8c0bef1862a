/** What weakens a component of the Trust Score, as a key of the catalogue and its numbers. */

import type { Component, TrustScoreInputs } from '../../../../src/domain/trustScore.ts';

/** `count` among its numbers chooses between one and many. */
export type Weakness = {
  readonly key:
    | 'cves'
    | 'noCves'
    | 'health'
    | 'healthWatched'
    | 'findings'
    | 'noFindings'
    | 'drift'
    | 'noDrift'
    | 'eats'
    | 'noEats'
    | 'packs'
    | 'noPacks';
  readonly numbers: Numbers;
};

/** Every number that one of the sentences names; those that the chosen one does not name stay 0. */
const NOTHING = {
  count: 0,
  kev: 0,
  online: 0,
  current: 0,
  critical: 0,
  high: 0,
  watched: 0,
  total: 0,
  due: 0,
  planned: 0,
};
type Numbers = Readonly<typeof NOTHING>;

/** Reads it from the inputs that the score was computed from. */
export const WEAKNESSES: Readonly<Record<Component, (inputs: TrustScoreInputs) => Weakness>> = {
  patch_hygiene: ({ open_cves }) => {
    const pairs = open_cves.reduce((sum, group) => sum + group.host_cves, 0);
    const kev = open_cves.reduce((sum, group) => sum + (group.kev ? group.host_cves : 0), 0);
    return { key: pairs === 0 ? 'noCves' : 'cves', numbers: { ...NOTHING, count: pairs, kev } };
  },
  agent_health: ({ hosts: { active, watched, online, current_version: current } }) => ({
    // The hosts beside the score are all of them: it is told where those of this sentence are fewer, and why.
    key: active === watched ? 'health' : 'healthWatched',
    numbers: { ...NOTHING, count: watched, online, current, planned: active - watched },
  }),
  secrets_exposure: ({ findings: { critical, high, medium, low } }) => {
    const count = critical + high + medium + low;
    return { key: count === 0 ? 'noFindings' : 'findings', numbers: { ...NOTHING, count, critical, high } };
  },
  configuration_drift: ({ files: { drifted, watched } }) => ({
    key: drifted === 0 ? 'noDrift' : 'drift',
    numbers: { ...NOTHING, count: drifted, watched },
  }),
  eat_discipline: ({ eats_30_days: { succeeded, failed } }) => ({
    key: succeeded + failed === 0 ? 'noEats' : 'eats',
    numbers: { ...NOTHING, count: failed, total: succeeded + failed },
  }),
  evidence_continuity: ({ packs: { months_built, months_due } }) => ({
    key: months_due === 0 ? 'noPacks' : 'packs',
    numbers: { ...NOTHING, count: months_built, due: months_due },
  }),
};
