/** From the hub's push payload (src/domain/pushText.ts, `webPushPayload`) to what the browser shows. */

/** What a notification remembers until it is pressed. */
export type Remembered = { readonly url: string; readonly actionUrls: readonly string[] };

/** Arguments of `showNotification`. */
export type Shown = {
  readonly title: string;
  readonly options: {
    readonly body: string;
    readonly tag: string;
    readonly renotify: boolean;
    readonly requireInteraction: boolean;
    readonly silent: boolean;
    readonly icon: string;
    readonly badge: string;
    readonly data: Remembered;
    readonly actions: readonly { readonly action: string; readonly title: string }[];
  };
};

type Unknown = Readonly<Record<string, unknown>>;

/** As ntfy counts: 5 keeps ringing until somebody looks, 1 and 2 make no sound. */
const URGENT = 5;
const QUIET = 2;

/**
 * Reads a payload. A browser must show something for every push, so one that cannot be read becomes a notification
 * that leads to the hub.
 */
export function notificationOf(text: string | undefined): Shown {
  const payload = parse(text);
  const priority = typeof payload['priority'] === 'number' ? payload['priority'] : 3;
  const actions = (Array.isArray(payload['actions']) ? (payload['actions'] as readonly Unknown[]) : []).filter(
    ({ label, url }) => typeof label === 'string' && typeof url === 'string',
  );
  const tag = typeof payload['tag'] === 'string' ? payload['tag'] : '';
  return {
    title: typeof payload['title'] === 'string' ? payload['title'] : 'monsys',
    options: {
      body: typeof payload['body'] === 'string' ? payload['body'] : '',
      tag,
      // A later card with the same tag takes the place of the first, and is heard; without a tag browsers refuse it.
      renotify: tag !== '' && priority > QUIET,
      requireInteraction: priority >= URGENT,
      silent: priority <= QUIET,
      icon: '/icons/icon-192.png',
      badge: '/icons/badge-96.png',
      data: {
        url: typeof payload['url'] === 'string' ? payload['url'] : '/',
        actionUrls: actions.map(({ url }) => url as string),
      },
      actions: actions.map(({ label }, index) => ({ action: String(index), title: label as string })),
    },
  };
}

function parse(text: string | undefined): Unknown {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null ? (value as Unknown) : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

/**
 * Where a press leads: the button's page or the card's, always on the site that the worker serves. The hub may be
 * known to itself under another name, so the path counts and the host does not.
 */
export function targetOf(remembered: Remembered, action: string, origin: string): string {
  const wanted = action === '' ? remembered.url : (remembered.actionUrls[Number(action)] ?? remembered.url);
  const url = URL.parse(wanted, origin);
  if (url === null || !/^https?:$/.test(url.protocol)) return `${origin}/`;
  // One slash at the front: a path that begins with two would name a host.
  return `${origin}/${url.pathname.replace(/^[/\\]+/, '')}${url.search}`;
}
