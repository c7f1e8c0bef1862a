/**
 * The few host objects that exist everywhere domain runs (Node, browsers, Temporal's workflow sandbox) but in
 * no ECMAScript lib. Seen by src/domain/tsconfig.json alone; anything not listed here does not compile.
 */
declare class TextDecoder {
  constructor(label: 'utf-8', options: { fatal: true; ignoreBOM: true });
  decode(input: Uint8Array): string;
}
