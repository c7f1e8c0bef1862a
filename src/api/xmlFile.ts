/** Electronic invoices and credit notes as downloads. */

/** A document's bytes under its number. */
export function xmlFile(number: string, xml: string): Response {
  return new Response(xml, {
    headers: {
      'Content-Type': 'application/xml; charset=utf-8',
      'Content-Disposition': `attachment; filename="${number}.xml"`,
      'Cache-Control': 'private, no-store',
    },
  });
}
