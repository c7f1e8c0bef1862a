import type en from '../en/shell.ts';
import type { Translated } from '../messages.ts';

/** Woorden van het kader om elke pagina: zijbalk, bovenbalk, palet, aanmelden. */
const messages: Translated<typeof en> = {
  skipToContent: 'Naar de inhoud',
  menu: 'Menu',
  nav: {
    label: 'Hoofdnavigatie',
    operate: 'Bewaken',
    respond: 'Ingrijpen',
    evidence: 'Bewijs',
    manage: 'Beheren',
    cockpit: 'MSP-cockpit',
    overview: 'Overzicht',
    hosts: 'Hosts',
    alerts: 'Meldingen',
    cves: 'CVE’s',
    emergency: 'Noodacties',
    playbooks: 'Draaiboeken',
    groups: 'Groepen',
    onCall: 'Oproepdienst',
    auditPacks: 'Auditpakketten',
    reports: 'Rapporten',
    auditLog: 'Auditlog',
    transparency: 'Transparantie',
    verify: 'Pakket controleren',
    billing: 'Facturatie',
    settings: 'Instellingen',
  },
  palette: {
    open: 'Zoeken of springen…',
    placeholder: 'Typ een pagina, klant of host…',
    empty: 'Niets gevonden.',
    pages: 'Pagina’s',
    clients: 'Klanten',
    hosts: 'Hosts',
    commands: 'Opdrachten',
  },
  theme: { label: 'Thema', system: 'Zoals het systeem', light: 'Licht', dark: 'Donker' },
  language: 'Taal',
  account: 'Uw account',
  signOut: 'Afmelden',
  signedOut: 'U bent afgemeld.',
  offline: 'U bent offline. Wat u ziet kan oud zijn; wijzigen kan pas als de verbinding terug is.',
  notFound: {
    title: 'Deze pagina bestaat niet',
    text: 'Het adres is misschien oud. Kijk in de zijbalk of druk op Ctrl-K om te zoeken.',
  },
  signIn: {
    title: 'Aanmelden',
    lead: 'Bij de hub van uw beheerpartner.',
    email: 'E-mail',
    password: 'Wachtwoord',
    totp: 'TOTP-code',
    useRecovery: 'Gebruik een herstelcode',
    useTotp: 'Gebruik een TOTP-code',
    recovery: 'Herstelcode',
    submit: 'Aanmelden',
  },
};

export default messages;
