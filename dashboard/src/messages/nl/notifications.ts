import type notifications from '../en/notifications.ts';
import type { Translated } from '../messages.ts';

/** Woorden van de pagina met iemands eigen telefoons en browsers. */
const messages: Translated<typeof notifications> = {
  title: 'Meldingen op dit toestel',
  lead: 'Waar verzoeken om uw goedkeuring, alarmen en oproepen van de wachtdienst u bereiken.',
  device: 'Dit toestel',
  on: 'Deze browser krijgt bericht.',
  off: 'Deze browser krijgt nog geen bericht.',
  offText:
    'Zet het aan, en kaarten komen op het vergrendelscherm met Goedkeuren met TOTP en Weigeren. Vanuit een melding wordt niets beslist: haar knoppen openen hier de kaart.',
  turnOn: 'Aanzetten',
  turnOff: 'Uitzetten',
  turnedOn: 'Deze browser krijgt voortaan bericht.',
  turnedOff: 'Deze browser krijgt geen bericht meer.',
  unsupported: 'Deze browser kent geen pushmeldingen. Zet deze pagina op een iPhone eerst op het beginscherm.',
  notConfigured: 'De hub is niet ingesteld voor Web Push. Een beheerder zet VAPID_PUBLIC_KEY en VAPID_PRIVATE_KEY.',
  denied: 'Deze browser blokkeert meldingen van deze site. Sta ze toe in de site-instellingen en probeer opnieuw.',
  devices: 'Uw toestellen',
  devicesEmpty: 'Nog geen enkel toestel krijgt bericht',
  devicesEmptyText:
    'Zet meldingen aan in elke browser en telefoon waarop u bereikt wilt worden. U kunt er twintig hebben.',
  browser: 'Browser',
  service: 'Pushdienst',
  since: 'Sinds',
  state: 'Toestand',
  works: 'Werkt',
  failed: 'Geweigerd door zijn pushdienst',
  thisOne: 'deze',
  removed: 'Verwijderd.',
  unknownBrowser: 'Onbekende browser',
  ntfy: 'ntfy-app',
  ntfyText: 'Abonneer u in de ntfy-app op uw eigen topic. Wie het kent, kan uw kaarten lezen: hou het voor uzelf.',
  ntfyNotConfigured: 'De hub is niet ingesteld voor ntfy. Een beheerder zet NTFY_URL en NTFY_TOPIC_SECRET.',
  server: 'Server',
  topic: 'Uw topic',
  qr: 'QR-code die naar uw topic leidt',
  openTopic: 'Het topic openen',
};

export default messages;
