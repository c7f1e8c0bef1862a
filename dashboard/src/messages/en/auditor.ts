/** Words of the auditor's view. */
const messages = {
  title: 'Auditor access',
  pages: 'Evidence',
  ends: 'Access ends',
  packs: 'Audit packs',
  packsLead: 'Everything the provider did for this client, month by month, signed. Each download is recorded.',
  audit: 'Audit log',
  auditLead: 'Every event of this client, as the packs hold it.',
  log: 'Transparency log',
  verify: 'Verify',
  noLink: 'Open the link that you were given',
  noLinkText:
    'Your access has ended, or this tab never had it. The link may be opened again until it ends; ask for a new one after that.',
  verifyAnyway: 'Packs that you have are verified without any access',
} as const;

export default messages;
