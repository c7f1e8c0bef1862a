/** This browser's own subscription to Web Push. */

import { api, ask } from '../../api/client.ts';

/** Why this browser cannot be told; null when it can. */
export type DeviceFault = 'unsupported' | 'notConfigured' | 'denied';

/** Whether this browser has all that Web Push needs. */
export function canPush(): boolean {
  return 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;
}

/** The subscription of this browser; null while there is none. */
export async function ownSubscription(): Promise<PushSubscription | null> {
  if (!canPush()) return null;
  const registration = await navigator.serviceWorker.getRegistration();
  return (await registration?.pushManager.getSubscription()) ?? null;
}

/** The bytes of a key in base64url, as `PushManager.subscribe` takes them. */
function keyBytes(base64url: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/** Which of a person's devices this browser is; kept here, since the hub's list tells no endpoints. */
const OWN_ID = 'monsys.push-device';

/** The id of this browser in the hub's list, as far as it knows. */
export function ownDeviceId(): string | null {
  return localStorage.getItem(OWN_ID);
}

/** Asks the person, subscribes at the browser's push service, and tells the hub; false when the person said no. */
export async function turnOn(publicKey: string): Promise<boolean> {
  if ((await Notification.requestPermission()) !== 'granted') return false;
  const registration = await navigator.serviceWorker.ready;
  const subscription = await registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: keyBytes(publicKey),
  });
  const { endpoint, expirationTime, keys } = subscription.toJSON();
  const { id } = await ask(
    api.POST('/push/subscriptions', {
      body: {
        endpoint: endpoint ?? '',
        expirationTime: expirationTime ?? null,
        keys: { p256dh: keys?.['p256dh'] ?? '', auth: keys?.['auth'] ?? '' },
      },
    }),
  );
  localStorage.setItem(OWN_ID, id);
  return true;
}

/** Ends the subscription of this browser, at its push service and at the hub. */
export async function turnOff(): Promise<void> {
  await (await ownSubscription())?.unsubscribe();
  const id = ownDeviceId();
  if (id !== null) await ask(api.DELETE('/push/subscriptions/{id}', { params: { path: { id } } }));
  localStorage.removeItem(OWN_ID);
}

/** `Firefox · Android`, `Edge · Windows`: enough to know one's own devices by. */
export function browserName(userAgent: string | null): string | null {
  if (userAgent === null) return null;
  const browser = /(Edg|OPR|Firefox|Chrome|Safari)[a-zA-Z]*\//.exec(userAgent)?.[1];
  const system = /(Android|iPhone|iPad|Windows|Mac OS X|Linux)/.exec(userAgent)?.[1];
  const names: Readonly<Record<string, string>> = { Edg: 'Edge', OPR: 'Opera', 'Mac OS X': 'macOS' };
  const parts = [/OPR\//.test(userAgent) ? 'OPR' : /Edg\//.test(userAgent) ? 'Edg' : browser, system];
  const shown = parts.filter((part) => part !== undefined).map((part) => names[part] ?? part);
  return shown.length === 0 ? null : shown.join(' · ');
}
