import { describe, expect, it } from 'vitest';
import { ROUTES } from '../../src/api/routes/index.ts';
import { CLIENT_ROLES, isAllowed, PERMISSION_NAMES, PERMISSIONS, ROLES } from '../../src/domain/permissions.ts';

/** docs/permissions.md, from the matrix and the routes; written by `npx vitest run test/domain/permissions.test.ts -u`. */
function permissionsDocument(): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const matrix = PERMISSION_NAMES.map((name) =>
    row([
      `\`${name}\``,
      PERMISSIONS[name].sentence,
      ...ROLES.map((role) => (isAllowed(name, role, null) ? 'yes' : '')),
    ]),
  );
  const routes = ROUTES.map((route) => {
    const { auth } = route;
    const needs = {
      public: 'nobody needs to be signed in',
      self: 'any signed-in person',
      user: auth.kind === 'user' ? `\`${auth.permission}\`` : '',
      agent: 'the agent’s signature',
      integration: auth.kind === 'integration' ? `integration token for ${auth.purpose}` : '',
      agent_or_integration:
        auth.kind === 'agent_or_integration'
          ? `the agent’s signature, or an integration token for ${auth.purpose}`
          : '',
    }[auth.kind];
    return row([
      `\`${route.method.toUpperCase()} ${route.path.replaceAll(/\{.*?\}/g, '')}\``,
      needs,
      'totp' in auth && auth.totp ? 'yes' : '',
    ]);
  });
  return `# Permissions

Generated from \`src/domain/permissions.ts\` and the routes by \`test/domain/permissions.test.ts\`; do not edit. Whatever is not
listed is denied. An API token narrows its user's permissions to its scopes and never widens them. People of a client
(${CLIENT_ROLES.join(', ')}) see their own tenant alone, whatever the permission says.

## Roles

${row(['permission', 'meaning', ...ROLES])}
${row(['---', '---', ...ROLES.map(() => ':-:')])}
${matrix.join('\n')}

## Routes

${row(['route under /api/v1', 'needs', 'TOTP'])}
${row(['---', '---', ':-:'])}
${routes.join('\n')}
`;
}

describe('the permission matrix', () => {
  it('is what docs/permissions.md says (after a change: npx vitest run test/domain/permissions.test.ts -u)', async () => {
    await expect(permissionsDocument()).toMatchFileSnapshot('../../docs/permissions.md');
  });

  it('lets scopes only take away', () => {
    for (const permission of PERMISSION_NAMES) {
      for (const role of ROLES) {
        expect(isAllowed(permission, role, [])).toBe(false);
        expect(isAllowed(permission, role, [permission])).toBe(isAllowed(permission, role, null));
        expect(isAllowed(permission, role, PERMISSION_NAMES)).toBe(isAllowed(permission, role, null));
      }
    }
  });

  it('gives what changes something to no role that is for reading', () => {
    // A client's viewer says whether an engineer may enter: that is about its own company, and the one exception.
    const changing = PERMISSION_NAMES.filter(
      (name) => !name.endsWith('.read') && name !== 'tokens.own' && name !== 'impersonation.consent',
    );
    for (const role of ['analyst', 'viewer', ...CLIENT_ROLES] as const) {
      expect(changing.filter((name) => isAllowed(name, role, null))).toEqual([]);
    }
  });

  it('keeps the approval of emergency actions with owners and admins', () => {
    expect(ROLES.filter((role) => isAllowed('emergency.approve', role, null))).toEqual(['owner', 'admin']);
  });
});
