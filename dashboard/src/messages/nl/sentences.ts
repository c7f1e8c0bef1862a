/**
 * Sentences that the hub makes from facts, in Dutch: faults of fields, reasons of inheritance, and what is wrong in a
 * frequent case. The hub says them in English alone; what no pattern knows stays as the hub said it.
 */

/** Things that a group may have, as the reasons of inheritance name them. */
const HAVINGS: Readonly<Record<string, string>> = {
  'an SLA policy': 'een SLA-beleid',
  'a runbook': 'een runbook',
  'somebody on call': 'iemand in oproepdienst',
  'a time for critical alerts': 'een tijd voor kritieke meldingen',
  'a time for high alerts': 'een tijd voor hoge meldingen',
  'a time for medium alerts': 'een tijd voor gemiddelde meldingen',
  'a time for low alerts': 'een tijd voor lage meldingen',
  'a time for info alerts': 'een tijd voor info-meldingen',
};

/** Kinds of values, as the checks of fields name them. */
const KINDS: Readonly<Record<string, string>> = {
  string: 'een tekst',
  number: 'een getal',
  int: 'een geheel getal',
  boolean: 'ja of nee',
  array: 'een lijst',
  object: 'een geheel van velden',
  record: 'een geheel van velden',
  date: 'een datum',
};

/** What the hub says is not there. */
const THINGS: Readonly<Record<string, string>> = {
  tenant: 'Deze klant bestaat niet.',
  group: 'Deze groep bestaat niet.',
  token: 'Dit token bestaat niet.',
  version: 'Deze versie bestaat niet.',
  playbook: 'Dit playbook bestaat niet.',
  host: 'Deze host bestaat niet.',
  alert: 'Deze melding bestaat niet.',
  'on-call schedule': 'Dit oproeprooster bestaat niet.',
  'escalation policy': 'Dit escalatiebeleid bestaat niet.',
  'SLA policy': 'Dit SLA-beleid bestaat niet.',
};

type Say = (...parts: readonly string[]) => string;
const having = (what: string): string => HAVINGS[what] ?? what;
const kind = (name: string): string => KINDS[name] ?? name;

/** Whole sentences: a pattern, and the Dutch of what it caught. */
const WHOLE: readonly (readonly [RegExp, Say])[] = [
  // Faults of fields
  [/^Invalid input: expected \w+, received undefined$/, () => 'Dit is verplicht.'],
  [/^Invalid input: expected (\w+), received .+$/, (expected = '') => `Dit moet ${kind(expected)} zijn.`],
  [/^Too small: expected string to have >=1 characters$/, () => 'Dit is verplicht.'],
  [/^Too small: expected string to have >=(\d+) characters$/, (least = '') => `Minstens ${least} tekens.`],
  [/^Too big: expected string to have <=(\d+) characters$/, (most = '') => `Hoogstens ${most} tekens.`],
  [/^Too small: expected (?:array|set) to have >=(\d+) items?$/, (least = '') => `Kies er minstens ${least}.`],
  [/^Too big: expected (?:array|set) to have <=(\d+) items?$/, (most = '') => `Kies er hoogstens ${most}.`],
  [/^Too small: expected (?:number|int) to be >=(\S+)$/, (least = '') => `Minstens ${least}.`],
  [/^Too small: expected (?:number|int) to be >(\S+)$/, (above = '') => `Meer dan ${above}.`],
  [/^Too big: expected (?:number|int) to be <=(\S+)$/, (most = '') => `Hoogstens ${most}.`],
  [/^Too big: expected (?:number|int) to be <(\S+)$/, (below = '') => `Minder dan ${below}.`],
  [/^Invalid email address$/, () => 'Dit is geen e-mailadres.'],
  [/^Invalid URL$/, () => 'Dit is geen webadres.'],
  [/^Invalid UUID$/, () => 'Dit is geen kenmerk van de hub.'],
  [/^Invalid ISO date$/, () => 'Dit is geen datum.'],
  [/^Invalid ISO (?:datetime|time)$/, () => 'Dit is geen tijdstip.'],
  [/^Invalid (?:string: must match pattern .+|input)$/, () => 'Dit heeft niet de juiste vorm.'],
  [
    /^Invalid (?:option|input): expected (?:one of )?(".+)$/,
    (one = '') => `Kies een van ${one.replaceAll('|', ', ')}.`,
  ],
  [/^Unrecognized keys?: (.+)$/, (keys = '') => `Dit veld kent de hub niet: ${keys}.`],
  [/^must be #rrggbb$/, () => 'Schrijf de kleur als #rrggbb.'],
  // What is wrong in this case
  [/^There is no such ([\w -]+)\.$/, (thing = '') => THINGS[thing] ?? `Dit bestaat niet: ${thing}.`],
  [/^This needs the permission (\S+)\.$/, (permission = '') => `Hiervoor is het recht ${permission} nodig.`],
  [/^The password is wrong\.$/, () => 'Het wachtwoord is onjuist.'],
  [/^The recovery code is wrong or was used\.$/, () => 'De herstelcode is onjuist of al gebruikt.'],
  [/^Sign in for this; an API token is not enough\.$/, () => 'Meld u hiervoor aan; een API-token volstaat niet.'],
  [
    /^(?:There is an? .+|This tenant has a group|You have a tenant with the slug) (?:called )?"(.+)" already\.$/,
    (name = '') => `“${name}” bestaat al; kies een andere naam.`,
  ],
  [/^(.+) is deactivated\.$/, (host = '') => `${host} is uitgeschakeld.`],
];

/** Sentences of which a reason of inheritance is put together. */
const PARTS: readonly (readonly [RegExp, Say])[] = [
  [/The host is in no group\./, () => 'De host zit in geen groep.'],
  [/None of its groups has ([\w ]+)\./, (what = '') => `Geen van zijn groepen heeft ${having(what)}.`],
  [/Only "(.+)" has ([\w ]+)\./, (name = '', what = '') => `Alleen “${name}” heeft ${having(what)}.`],
  [
    /"(.+)" comes first by priority (-?\d+)\./,
    (name = '', priority = '') => `“${name}” komt eerst, met prioriteit ${priority}.`,
  ],
  [
    /(\d+) before it ha(?:s|ve) none\./,
    (count = '') => `${count} ervoor ${count === '1' ? 'heeft' : 'hebben'} er geen.`,
  ],
  [/The policy "(.+)" of the tenant\./, (name = '') => `Het beleid “${name}” van de klant.`],
  [/The policy "(.+)", the MSP’s default\./, (name = '') => `Het beleid “${name}”, de standaard van de MSP.`],
  [/The time of the tenant\./, () => 'De tijd van de klant.'],
  [/The default schedule of the MSP\./, () => 'Het standaardrooster van de MSP.'],
  [/The default of the hub\./, () => 'De standaard van de hub.'],
];

/** The sentence in Dutch; undefined where no pattern knows it. */
export function sentenceInDutch(sentence: string): string | undefined {
  for (const [pattern, say] of WHOLE) {
    const caught = pattern.exec(sentence);
    if (caught !== null) return say(...caught.slice(1));
  }
  return undefined;
}

/** A reason of inheritance in Dutch; what is not known of it stays as it was. */
export function reasonInDutch(reason: string): string {
  return PARTS.reduce(
    (said, [pattern, say]) =>
      said.replace(pattern, (_, ...caught) => say(...caught.filter((each) => typeof each === 'string'))),
    reason,
  );
}
