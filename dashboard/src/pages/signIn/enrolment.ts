/** Where a page leaves the token with which the next one sets an authenticator up: this tab, until it is spent. */
export const ENROLMENT_KEY = 'monsys.enrolment';
