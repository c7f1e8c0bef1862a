/** What weakens a component of the Trust Score, as a key of the catalogue and its numbers. */

import type { Component, TrustScoreInputs } from '../../../../src/domain/trustScore.ts';

/** `count` among its numbers chooses between one and many. */
export type Weakness = {
  readonly key:
    | 'cves'
    | 'noCves'
    | 'health'
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
const NOTHING = { count: 0, kev: 0, online: 0, current: 0, critical: 0, high: 0, watched: 0, total: 0, due: 0 };
type Numbers = Readonly<typeof NOTHING>;

/** Reads it from the inputs that the score was computed from. */
export function weakness(component: Component, inputs: TrustScoreInputs): Weakness {
  const { hosts, findings, files, eats_30_days: eats, packs } = inputs;
  switch (component) {
    case 'patch_hygiene': {
      const pairs = inputs.open_cves.reduce((sum, group) => sum + group.host_cves, 0);
      const kev = inputs.open_cves.reduce((sum, group) => sum + (group.kev ? group.host_cves : 0), 0);
      return { key: pairs === 0 ? 'noCves' : 'cves', numbers: { ...NOTHING, count: pairs, kev } };
    }
    case 'agent_health':
      return {
        key: 'health',
        numbers: { ...NOTHING, count: hosts.watched, online: hosts.online, current: hosts.current_version },
      };
    case 'secrets_exposure': {
      const count = findings.critical + findings.high + findings.medium + findings.low;
      return {
        key: count === 0 ? 'noFindings' : 'findings',
        numbers: { ...NOTHING, count, critical: findings.critical, high: findings.high },
      };
    }
    case 'configuration_drift':
      return {
        key: files.drifted === 0 ? 'noDrift' : 'drift',
        numbers: { ...NOTHING, count: files.drifted, watched: files.watched },
      };
    case 'eat_discipline':
      return {
        key: eats.succeeded + eats.failed === 0 ? 'noEats' : 'eats',
        numbers: { ...NOTHING, count: eats.failed, total: eats.succeeded + eats.failed },
      };
    case 'evidence_continuity':
      return {
        key: packs.months_due === 0 ? 'noPacks' : 'packs',
        numbers: { ...NOTHING, count: packs.months_built, due: packs.months_due },
      };
  }
}
