import type en from '../en/auditor.ts';
import type { Translated } from '../messages.ts';

/** Woorden van het overzicht voor auditors. */
const messages: Translated<typeof en> = {
  title: 'Toegang voor auditor',
  pages: 'Bewijs',
  ends: 'Toegang eindigt',
  packs: 'Auditpakketten',
  packsLead:
    'Alles wat de dienstverlener voor deze klant deed, maand voor maand, ondertekend. Elke download wordt vastgelegd.',
  audit: 'Auditlog',
  auditLead: 'Elke gebeurtenis van deze klant, zoals de pakketten die bevatten.',
  log: 'Transparantielog',
  verify: 'Controleren',
  noLink: 'Open de link die u kreeg',
  noLinkText:
    'Uw toegang is voorbij, of dit tabblad had die nooit. De link kan opnieuw worden geopend tot hij eindigt; vraag daarna om een nieuwe.',
  verifyAnyway: 'Pakketten die u hebt, controleert u zonder toegang',
};

export default messages;
