import type en from '../en/reports.ts';
import type { Translated } from '../messages.ts';

/** Woorden van de rapporten op aanvraag. */
const messages: Translated<typeof en> = {
  title: 'Rapporten',
  lead: 'Over elke periode, over alle hosts of enkele; ondertekend en te controleren als een pakket.',
  new: 'Nieuw rapport',
  newLead: 'Het wordt op de achtergrond gemaakt; u kunt gewoon doorwerken.',
  empty: {
    title: 'Nog geen rapport',
    text: 'Een rapport vertelt een klant, een directeur of een auditor wat die over een periode wil weten, met het bewijs ernaast.',
  },
  state: { building: 'Wordt gemaakt', done: 'Klaar', failed: 'Mislukt' },
  template: {
    executive: 'Samenvatting voor directie',
    technical_audit: 'Technische audit',
    per_group: 'Per groep',
    msp_handover: 'Overdracht door MSP',
  },
  about: {
    executive: 'Enkele pagina’s voor een directeur: de score, wat is gedaan, wat openstaat.',
    technical_audit: 'Alles, met het bewijs waar een auditor om vraagt.',
    per_group: 'Over de hosts van één groep.',
    msp_handover: 'Alleen wat uw eigen mensen deden, naar het einde van hun e-mailadres.',
  },
  allHosts: 'alle hosts',
  hosts_one: '{{count}} host',
  hosts_other: '{{count}} hosts',
  filtered: 'alleen uitvoerders die eindigen op {{suffix}}',
  file: { pdf: 'Pdf', jsonl: 'Regels', sig: 'Handtekening', manifest: 'Manifest' },
  fileOf: '{{file}} van {{title}}',
  verify: 'Controleren',
  client: 'Klant',
  choose: 'Kies…',
  templateLabel: 'Sjabloon',
  from: 'Van',
  until: 'Tot en met',
  filter: 'Filter op uitvoerder',
  filterHint: 'Houdt acties van mensen van wie het e-mailadres zo eindigt, letter voor letter.',
  scope: 'Hosts',
  scopeOf: { all: 'Alle hosts', group: 'Een groep', tags: 'Hosts met tags' },
  group: 'Groep',
  tags: 'Tags',
  tagsHint: 'Hosts die ze allemaal hebben, gescheiden door spaties.',
  titleLabel: 'Titel (niet verplicht)',
  make: 'Rapport maken',
};

export default messages;
