/** Words of the page where a person's own phones and browsers are. */
const messages = {
  title: 'Notifications on this device',
  lead: 'Where requests for your approval, alerts and on-call calls reach you.',
  device: 'This device',
  on: 'This browser is told.',
  off: 'This browser is not told yet.',
  offText:
    'Turn it on, and cards come to the lock screen with Approve with TOTP and Reject. Nothing is decided from a notification: its buttons open the card here.',
  turnOn: 'Turn on',
  turnOff: 'Turn off',
  turnedOn: 'This browser is told from now on.',
  turnedOff: 'This browser is not told any more.',
  unsupported: 'This browser has no push notifications. On an iPhone, first add this page to the home screen.',
  notConfigured: 'The hub is not set up for Web Push. An operator sets VAPID_PUBLIC_KEY and VAPID_PRIVATE_KEY.',
  denied: 'This browser blocks notifications from this site. Allow them in its site settings, then try again.',
  devices: 'Your devices',
  devicesEmpty: 'No device is told yet',
  devicesEmptyText:
    'Turn notifications on in every browser and phone that you want to be reached on. You can have twenty.',
  browser: 'Browser',
  service: 'Push service',
  since: 'Since',
  state: 'State',
  works: 'Works',
  failed: 'Refused by its push service',
  thisOne: 'this one',
  removed: 'Removed.',
  unknownBrowser: 'Unknown browser',
  ntfy: 'ntfy app',
  ntfyText: 'Subscribe to your own topic in the ntfy app. Whoever knows it can read your cards: keep it to yourself.',
  ntfyNotConfigured: 'The hub is not set up for ntfy. An operator sets NTFY_URL and NTFY_TOPIC_SECRET.',
  server: 'Server',
  topic: 'Your topic',
  qr: 'QR code that leads to your topic',
  openTopic: 'Open the topic',
} as const;

export default messages;
