import type en from '../en/verify.ts';
import type { Translated } from '../messages.ts';

/** Woorden van de controle in de browser. Wat een controle zegt, is het Engels van de verificateur zelf. */
const messages: Translated<typeof en> = {
  title: 'Pakket controleren',
  lead: 'Controleer wat de hub heeft ondertekend, in deze browser, met dezelfde code als de opdrachtregel.',
  drop: {
    title: 'Sleep de bestanden hierheen, of kies ze',
    text: 'Een pakket (.pdf, .jsonl.gz of .zip) met zijn .sig; daarnaast een manifest, de .sig van de maand ervoor, of een publieke sleutel. Of de JSON van een noodtoken.',
  },
  files: 'Gegeven bestanden',
  remove: '{{name}} weghalen',
  role: {
    pack: 'Pakket',
    sig: 'Handtekening',
    previousSig: 'Maand ervoor',
    manifest: 'Manifest',
    key: 'Publieke sleutel',
    eat: 'Token',
    unknown: 'Onbekend',
  },
  key: {
    hub: 'Vertrouw de sleutel die deze hub toont',
    hubHint: 'Bewijst dat de hub het met zichzelf eens is. Plak voor meer zekerheid de sleutel die u op papier kreeg.',
    hubUnknown: 'De hub is nu niet te bereiken: plak de sleutel.',
    paste: 'Sleutels die u kreeg',
    pasteHint: 'PEM of 64 hexadecimale cijfers; meerdere na elkaar.',
  },
  more: 'Eén token, en eerdere sleutels',
  token: 'JSON van een noodtoken',
  tokenHint: 'Zoals GET /emergency/:nonce antwoordt: token, signature, key_id, en het resultaat als dat er is.',
  pastedToken: 'geplakt token',
  allowOtherKeys: 'Tokens met andere sleutels tellen in plaats van weigeren',
  allowOtherKeysHint: 'Als --allow-other-keys: hun handtekeningen worden niet gecontroleerd.',
  verify: 'Controleren',
  needKey: 'Geef eerst een publieke sleutel.',
  needFiles: 'Geef eerst een pakket met zijn .sig, of een token.',
  checking: 'Bezig met controleren…',
  verified: 'Klopt',
  refused: 'GEWEIGERD',
  notTrusted: '{{name}} is niet te vertrouwen',
  exitCode: 'afsluitcode {{code}}',
  passed: 'klopt',
  note: 'ter informatie',
  failed: 'klopt niet',
  ready: 'Geladen: het werkt nu ook zonder netwerk.',
  loading: 'De verificateur wordt geladen…',
  how: {
    title: 'Wat hier gebeurt',
    local:
      'Uw bestanden blijven op deze machine: er wordt niets verstuurd. Als deze pagina geladen is, kunt u het netwerk uitzetten.',
    key: 'Elke controle begint bij de publieke sleutel. Neem die uit een bron die u vertrouwt: een contract, een brief, de notities van vorig jaar.',
    same: 'De regels zijn die van monsys-verify-eat, dat hetzelfde doet zonder browser.',
  },
};

export default messages;
