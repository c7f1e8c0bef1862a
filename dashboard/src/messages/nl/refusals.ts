/**
 * Every refusal of the hub in Dutch, by its code: the compiler asks for each. It is no area of the catalogue, since it
 * comes only when a person who reads Dutch is refused something.
 *
 * Long because it is all of them, as src/domain/refusal.ts is.
 */

import type { RefusalCode } from '../../../../src/domain/refusal.ts';

/** What is wrong, and what to do about it. */
export type RefusalWords = { readonly title: string; readonly sentence: string };

export const REFUSALS_NL: Readonly<Record<RefusalCode, RefusalWords>> = {
  invalid_request: {
    title: 'De aanvraag is niet geldig',
    sentence: 'Verbeter de velden die genoemd worden en probeer opnieuw.',
  },
  malformed_json: {
    title: 'De inhoud is geen JSON',
    sentence: 'Stuur één JSON-waarde in UTF-8, zonder dubbele sleutels.',
  },
  body_too_large: { title: 'De inhoud is te groot', sentence: 'Stuur minder tegelijk.' },
  unsupported_media_type: { title: 'Dit soort inhoud wordt niet aanvaard', sentence: 'Stuur application/json.' },
  not_found: {
    title: 'Niet gevonden',
    sentence: 'Controleer het adres en het kenmerk; wat van andere klanten is, wordt ook niet gevonden.',
  },
  method_not_allowed: { title: 'Deze methode is hier niet toegestaan', sentence: 'Zie de header Allow en /docs.' },
  conflict: {
    title: 'De aanvraag botst met wat er al is',
    sentence: 'Bekijk de huidige toestand en beslis opnieuw.',
  },
  idempotency_key_reused: {
    title: 'Deze Idempotency-Key is al voor een andere aanvraag gebruikt',
    sentence: 'Gebruik een nieuwe sleutel voor een nieuwe aanvraag.',
  },
  idempotency_in_progress: {
    title: 'De eerste aanvraag met deze Idempotency-Key loopt nog',
    sentence: 'Wacht even en probeer opnieuw.',
  },
  idempotency_in_doubt: {
    title: 'De eerste aanvraag met deze Idempotency-Key is onderweg mislukt',
    sentence: 'Misschien is het toch gedaan: kijk eerst. Zo niet, probeer dan opnieuw met een nieuwe sleutel.',
  },
  rate_limited: { title: 'Te veel aanvragen', sentence: 'Wacht even voor u het opnieuw probeert.' },
  internal: {
    title: 'De hub heeft een fout gemaakt',
    sentence:
      'Een wijziging kan toch gemaakt zijn: kijk eerst voor u opnieuw probeert. Blijft het zo, geef de beheerder dan het nummer van de aanvraag.',
  },
  unavailable: {
    title: 'Een deel van de hub is niet beschikbaar',
    sentence: 'Probeer over een minuut opnieuw; er is niets gedaan.',
  },
  outcome_unknown: {
    title: 'Een deel van de hub is onderweg uitgevallen',
    sentence: 'Misschien is het toch gedaan: kijk eerst voor u het opnieuw probeert.',
  },
  unauthenticated: { title: 'Meld u eerst aan', sentence: 'Uw sessie is er niet of is voorbij.' },
  bad_credentials: {
    title: 'E-mailadres, wachtwoord of code is onjuist',
    sentence: 'Controleer alle drie; de code verandert elke 30 seconden en werkt één keer.',
  },
  locked_out: { title: 'Te veel foute pogingen', sentence: 'Wacht even, of vraag het aan een eigenaar van de MSP.' },
  totp_required: {
    title: 'Een TOTP-code is nodig',
    sentence: 'Geef de zes cijfers van uw authenticator.',
  },
  totp_invalid: {
    title: 'De TOTP-code is onjuist',
    sentence: 'Geef de code die nu getoond wordt; controleer de klok van uw telefoon.',
  },
  totp_reused: {
    title: 'De TOTP-code is al gebruikt',
    sentence: 'Wacht op de volgende code; elke code werkt één keer.',
  },
  totp_enrolment_required: { title: 'TOTP is niet ingesteld', sentence: 'Stel eerst uw authenticator in.' },
  account_inactive: {
    title: 'Het account is uitgeschakeld of verlopen',
    sentence: 'Vraag het aan een eigenaar van de MSP.',
  },
  forbidden: { title: 'Niet toegestaan', sentence: 'Uw rol of token heeft het recht niet dat hiervoor nodig is.' },
  csrf: {
    title: 'De aanvraag kwam niet van de pagina’s van de hub zelf',
    sentence: 'Gebruik het dashboard, of een API-token in plaats van de cookie.',
  },
  token_expired: {
    title: 'Het token is verlopen, ingetrokken of onbekend',
    sentence: 'Meld u opnieuw aan of maak een nieuw token.',
  },
  bootstrap_closed: {
    title: 'De eerste eigenaar bestaat al',
    sentence: 'Meld u aan, of vraag een eigenaar om een uitnodiging.',
  },
  bootstrap_token_wrong: {
    title: 'Het installatietoken is onjuist',
    sentence: 'Gebruik het token dat de hub bij de laatste start heeft getoond.',
  },
  auditor_link_invalid: {
    title: 'De link is niet geldig',
    sentence: 'Hij is voorbij, ingetrokken of onvolledig; vraag een nieuwe aan wie hem stuurde.',
  },
  read_only_session: {
    title: 'Deze sessie kan alleen lezen',
    sentence:
      'De link van een auditor opent de auditpakketten, het transparantielog en het auditlog van één klant, en wijzigt niets.',
  },
  invitation_invalid: { title: 'De uitnodiging is gebruikt, ingetrokken of verlopen', sentence: 'Vraag een nieuwe.' },
  password_too_weak: {
    title: 'Het wachtwoord is te zwak',
    sentence: 'Gebruik minstens 12 tekens die geen gangbaar wachtwoord vormen.',
  },
  last_owner: {
    title: 'De MSP zou zonder actieve eigenaar achterblijven',
    sentence: 'Maak eerst iemand anders eigenaar.',
  },
  witness_unknown: {
    title: 'De getuige is hier niet bekend',
    sentence: 'De beheerder voegt de sleutel van zijn medeondertekening toe aan TRANSPARENCY_WITNESSES.',
  },
  cosignature_invalid: {
    title: 'De medeondertekening klopt niet',
    sentence: 'Onderteken de tekst van het controlepunt van die grootte, zoals docs/formats/transparency-log.md zegt.',
  },
  agent_signature_missing: {
    title: 'De aanvraag is niet ondertekend',
    sentence: 'Onderteken ze zoals docs/agent-protocol.md zegt.',
  },
  agent_signature_invalid: {
    title: 'De handtekening klopt niet',
    sentence: 'Onderteken precies de verstuurde bytes, met de sleutel die bij de registratie is vastgelegd.',
  },
  agent_clock_skew: {
    title: 'De ondertekende tijd ligt te ver van nu',
    sentence: 'Zet de klok van de host juist; de header Date is die van de hub.',
  },
  agent_replay: {
    title: 'Deze aanvraag is al eerder gezien',
    sentence: 'Gebruik voor elke aanvraag een nieuwe nonce.',
  },
  agent_unknown: {
    title: 'De agent is niet geregistreerd of niet actief',
    sentence: 'Registreer hem met een inschrijvingstoken.',
  },
  agent_key_conflict: {
    title: 'Voor deze agent is een andere sleutel vastgelegd',
    sentence: 'Gebruik de eerste sleutel, of laat een beheerder ze wissen.',
  },
  enrolment_token_invalid: {
    title: 'Het inschrijvingstoken is onbekend, opgebruikt, ingetrokken of verlopen',
    sentence: 'Maak een nieuw bij Instellingen.',
  },
  impersonation_not_possible: {
    title: 'Niet mogelijk in de context van een klant',
    sentence: 'Verlaat eerst de context van de klant.',
  },
  impersonation_ended: {
    title: 'De tijd in de context van de klant is voorbij',
    sentence: 'Ga er opnieuw in als het werk niet af is; u geeft dan weer een reden en een code.',
  },
  impersonation_not_granted: {
    title: 'De klant heeft het niet toegestaan',
    sentence: 'Wacht op de toestemming van de klant, of bel hem.',
  },
  not_impersonating: {
    title: 'U bent niet in de context van een klant',
    sentence: 'U hoeft niets te doen; u handelt als uzelf.',
  },
  sudo_required: {
    title: 'Bevestig dat u het bent',
    sentence: 'Geef uw TOTP-code; ze geldt dan tien minuten.',
  },
  pack_not_built: { title: 'Deze maand heeft nog geen bestanden', sentence: 'Laat ze eerst maken.' },
  pack_closed: {
    title: 'Het pakket van deze maand is afgesloten',
    sentence: 'Het verandert nooit meer; download het zoals het is.',
  },
  report_not_built: {
    title: 'Dit rapport heeft nog geen bestanden',
    sentence: 'De pagina van het rapport toont hoe ver het is.',
  },
  report_period_invalid: {
    title: 'Deze periode kan niet',
    sentence: 'Kies een periode die voorbij is, hoogstens 365 dagen lang, en die eindigt na haar begin.',
  },
  report_scope_empty: {
    title: 'Er is geen host om over te rapporteren',
    sentence: 'Kies een groep, tags of hosts waar minstens één host bij hoort.',
  },
  sla_policy_unknown: {
    title: 'Dit SLA-beleid bestaat niet',
    sentence: 'Kies er een uit de lijst; in de context van een klant alleen wat de klant al heeft.',
  },
  maintenance_schedule_invalid: {
    title: 'Het venster kan zo niet gepland worden',
    sentence: 'Kies een tijd die niet voorbij is: eenmalig hoogstens 7 dagen, of wekelijks hoogstens een jaar.',
  },
  maintenance_over: {
    title: 'Het venster is voorbij',
    sentence: 'Het is geannuleerd of afgelopen en blijft zoals het was; maak een nieuw.',
  },
  assignee_unknown: {
    title: 'Aan deze persoon kunnen geen meldingen toegewezen worden',
    sentence: 'Kies een actieve eigenaar, beheerder of operator van de MSP; in de context van een klant alleen uzelf.',
  },
  pack_month_invalid: { title: 'De maand is nog niet begonnen', sentence: 'Kies een maand die begonnen is.' },
  billing_month_invalid: {
    title: 'De maand is nog niet begonnen',
    sentence: 'Kies de lopende maand of een eerdere.',
  },
  billing_month_not_closed: {
    title: 'De maand is niet afgesloten',
    sentence: 'Maanden worden afgesloten in de eerste nacht erna; van maanden vóór de hub zijn er geen cijfers.',
  },
  invoice_not_issued: {
    title: 'Er is nog geen factuur van deze maand',
    sentence: 'Facturen worden gemaakt in de eerste nacht na de maand waarin niets ontbreekt.',
  },
  invoice_credited: {
    title: 'De factuur is al gecrediteerd',
    sentence: 'Een factuur wordt geheel en één keer gecrediteerd; de creditnota is er, of wordt gemaakt.',
  },
  credit_note_not_issued: {
    title: 'Van die maand is er geen creditnota',
    sentence: 'POST /billing/invoices/:number/credit vraagt erom; ze is er na enkele ogenblikken.',
  },
  invoice_operator_missing: {
    title: 'Niemand factureert MSP’s via deze hub',
    sentence: 'De beheerder van de hub stelt OPERATOR_INVOICING in.',
  },
  price_list_missing: {
    title: 'Er zijn geen prijzen voor die maand',
    sentence: 'Stel ze in bij de prijslijst; maanden die voorbij zijn, houden wat ze hadden.',
  },
  price_list_month_over: {
    title: 'De maand van de prijzen is voorbij',
    sentence: 'Stel prijzen in vanaf de lopende maand, of vanaf een latere.',
  },
  logo_refused: {
    title: 'Het logo wordt niet aanvaard',
    sentence: 'Stuur een SVG, PNG of WebP van hoogstens 256 KiB.',
  },
  domain_invalid: {
    title: 'Dit domein kan niet van een klant zijn',
    sentence: 'Geef een publieke domeinnaam van de klant, zoals “ops.acme.com”.',
  },
  domain_taken: {
    title: 'Het domein is bezet',
    sentence: 'Het TXT-record van de klant die het heeft, staat er nog naast. Laat dat weghalen en vraag opnieuw.',
  },
  domain_not_claimed: {
    title: 'De klant heeft geen domein om te bewijzen',
    sentence: 'Stel eerst het eigen domein in.',
  },
  domain_not_proven: {
    title: 'Het bewijs is niet gevonden',
    sentence: 'Publiceer het TXT-record, wacht tot het in de DNS staat, en vraag opnieuw.',
  },
  webhook_url_refused: {
    title: 'Het adres van de webhook wordt niet aanvaard',
    sentence: 'Geef een publiek https://-adres zonder gebruiker en wachtwoord.',
  },
  webhook_inactive: { title: 'De webhook staat uit', sentence: 'Zet hem eerst aan.' },
  webhook_delivery_pending: {
    title: 'De levering is onderweg',
    sentence: 'De hub probeert het zelf opnieuw; herhaal ze wanneer ze voorbij is.',
  },
  playbook_unknown: { title: 'Dit playbook bestaat niet', sentence: 'Kies er een uit de lijst van playbooks.' },
  playbook_not_approved: {
    title: 'Het playbook heeft geen goedgekeurde versie',
    sentence: 'Een andere beheerder keurt het goed.',
  },
  playbook_own_approval: {
    title: 'Niemand keurt zijn eigen playbook goed',
    sentence: 'Vraag het aan een andere beheerder van de MSP.',
  },
  playbook_parameters_invalid: {
    title: 'De parameters passen niet bij het playbook',
    sentence: 'Verbeter wat genoemd wordt.',
  },
  irreversible_needs_quorum: {
    title: 'Deze actie is onomkeerbaar',
    sentence: 'Vraag ze aan met een quorum; één persoon kan ze niet uitgeven, ook niet vooraf.',
  },
  level_needs_approval: {
    title: 'Uw rol mag dit niveau niet uitgeven',
    sentence: 'Vraag het aan met een quorum, of vraag een beheerder.',
  },
  agent_inactive: {
    title: 'De host is uitgeschakeld',
    sentence: 'Schakel hem eerst in; naar een uitgeschakelde host wordt niet geluisterd.',
  },
  agent_holds_tokens: {
    title: 'De host heeft vooraf uitgegeven tokens',
    sentence: 'Trek ze eerst in; de pagina van de host toont ze.',
  },
  eat_not_overdue: {
    title: 'Het token is niet over tijd',
    sentence: 'Alleen tokens die verlopen zijn zonder resultaat, worden bevestigd.',
  },
  eat_result_invalid: {
    title: 'Het resultaat past niet bij het token',
    sentence: 'Onderteken het resultaat van precies dit token met de sleutel die bij de registratie is vastgelegd.',
  },
  quorum_too_few_admins: {
    title: 'Er zijn minder beheerders die mogen goedkeuren dan er nodig zijn',
    sentence: 'Verlaag het aantal goedkeuringen, of nodig nog een beheerder uit.',
  },
  quorum_not_eligible: {
    title: 'U mag niet goedkeuren',
    sentence: 'Actieve beheerders en eigenaars van de MSP keuren goed.',
  },
  quorum_own_request: {
    title: 'Dit is uw eigen aanvraag',
    sentence: 'Een andere beheerder keurt ze goed; u mag ze annuleren.',
  },
  quorum_already_decided: {
    title: 'U hebt al beslist',
    sentence: 'Ieder telt één keer; wacht op de anderen.',
  },
  quorum_expired: {
    title: 'De aanvraag is verlopen',
    sentence: 'Vraag het opnieuw aan; goedkeuringen worden een beperkte tijd verzameld.',
  },
  quorum_closed: {
    title: 'Over de aanvraag is beslist',
    sentence: 'De pagina van de aanvraag toont wat er gebeurd is.',
  },
  quorum_not_requester: { title: 'Alleen de aanvrager annuleert', sentence: 'Wijs de aanvraag af.' },
  pre_issue_window_invalid: {
    title: 'Dit venster kan niet',
    sentence: 'Het einde ligt in de toekomst, na het begin, en hoogstens 72 uur erna.',
  },
  pre_issue_closed: {
    title: 'Het vooraf uitgegeven token leeft niet meer',
    sentence: 'Het is geactiveerd, ingetrokken of verlopen.',
  },
  eat_malformed: { title: 'Het token kan niet gelezen worden', sentence: 'Stuur het zoals docs/formats/eat.md zegt.' },
  eat_key_unknown: {
    title: 'De sleutel van de hub is niet vastgelegd',
    sentence: 'Laat de host eerst de nieuwe sleutel horen.',
  },
  eat_key_expired: { title: 'De sleutel van de hub geldt niet', sentence: 'Onderteken met de huidige sleutel.' },
  eat_signature_invalid: {
    title: 'De handtekening van het token is onjuist',
    sentence: 'Geef een nieuw token uit.',
  },
  eat_wrong_agent: {
    title: 'Het token is voor een andere host',
    sentence: 'Stuur het naar de host die erin staat.',
  },
  eat_wrong_tenant: {
    title: 'Het token is voor een andere klant',
    sentence: 'Geef er een uit voor deze klant.',
  },
  eat_type_unknown: { title: 'Soort of versie is niet bekend', sentence: 'Werk de agent bij.' },
  eat_not_yet_valid: {
    title: 'Het token is in de toekomst uitgegeven',
    sentence: 'Zet de klokken van hub en host juist.',
  },
  eat_expired: { title: 'Het token is verlopen', sentence: 'Geef een nieuw uit.' },
  eat_lifetime_too_long: {
    title: 'Het token leeft langer dan 15 minuten',
    sentence: 'Geef er een uit dat korter leeft.',
  },
  eat_window_too_long: { title: 'Het venster is langer dan 72 uur', sentence: 'Geef een korter uit.' },
  eat_outside_window: { title: 'Het venster is niet open', sentence: 'Wacht tot het begint.' },
  eat_condition_not_met: {
    title: 'Aan geen enkele voorwaarde van het token is voldaan',
    sentence: 'U hoeft niets te doen.',
  },
  eat_playbook_mismatch: {
    title: 'Het playbook is niet het ondertekende',
    sentence: 'Geef een nieuw token uit.',
  },
  eat_quorum_insufficient: {
    title: 'Het token bewijst het quorum niet dat het nodig heeft',
    sentence: 'Verzamel de goedkeuringen van verschillende mensen.',
  },
  eat_nonce_used: { title: 'Het token is al gebruikt', sentence: 'Geef een nieuw uit.' },
  eat_forbidden_by_policy: {
    title: 'Het eigen beleid van de host verbiedt de actie',
    sentence: 'Wijzig het beleidsbestand op de host als dat de bedoeling is.',
  },
  agent_time_in_future: {
    title: 'De gemelde tijd ligt in de toekomst',
    sentence: 'Zet de klok van de host juist.',
  },
};
