/** The company that bills MSPs in the demonstration. Its numbers have the right form, and belong to nobody. */

/** `OPERATOR_INVOICING` of the demonstration. */
export const DEMO_OPERATOR = JSON.stringify({
  party: {
    legal_name: 'Monsys Hub BV (demonstration)',
    street: 'Kunstlaan 1',
    city: 'Brussel',
    postal_code: '1000',
    country: 'BE',
    vat_id: 'BE0999000030',
    company_id: '0999000030',
    company_id_scheme: '0208',
    endpoint_id: '0999000030',
    endpoint_scheme: '0208',
    contact_email: 'accounts@monsys.example',
    iban: 'BE68539007547034',
    bic: 'GKCCBEBB',
    payment_days: 30,
  },
  vat_rate: 2100,
  number_prefix: 'HUB',
});
