/** How the checkout looks. The server checks it, contrast included. */
export interface Appearance {
  /** The default, system, is what the shopper's device is set to. */
  theme?: "light" | "dark" | "system";
  /** #rrggbb, of buttons, links and what is chosen. */
  accent?: string;
  /** system, serif, mono, rounded, or families that shoppers' devices may have. */
  font?: string;
  /** Of corners, in CSS pixels from 0 to 24. */
  radius?: number;
  density?: "compact" | "normal" | "spacious";
  labels?: "above" | "floating";
}

/** What a page may choose of a checkout, and choose again while it is shown. */
export interface Look {
  /** BCP 47, such as de-AT; empty for the session's, or else the shopper's own. */
  locale?: string | undefined;
  /** Takes the place of the one before as a whole. */
  appearance?: Appearance | undefined;
}

/** What came of a card. Never card data. */
export interface Paid {
  payment: string;
  status: string;
  /** The card's token; null when it was not kept. */
  token: string | null;
  brand: string;
  last4: string;
  exp_month: number;
  exp_year: number;
}

/** Why a card was refused. */
export interface Refused {
  payment: string;
  code: string;
  /** try_again, another_card, call_bank or check_details. */
  advice: string;
  /** In words for the shopper, who has read them already. */
  message: string;
  token: string | null;
  brand: string;
  last4: string;
  attempts_left: number;
}

/** What came of a declined payment about which the shopper was asked. */
export interface Outcome {
  order: string;
  /** approved, declined, cancelled, expired, or processing when that is not known within minutes. */
  status: string;
}

/** The codes of the error event of a checkout that could not be shown. Others come from the checkout itself. */
export type Cause = "blocked" | "wrong_origin" | "session_unknown" | "session_used" | "session_expired" | "network" | "insecure_page";

/** What the events tell, by their names. */
export interface Told {
  ready: Record<string, never>;
  height: { height: number };
  change: { complete: boolean; brand: string; method: "card" | "saved" };
  submit: Record<string, never>;
  "action-required": { payment: string };
  token: Paid;
  decline: Refused;
  processing: { payment: string };
  outcome: Outcome;
  error: { code: string; message: string };
}

/** The events of a checkout, by their names. They do not bubble. */
export type PaywicketEvents = { [T in keyof Told]: CustomEvent<Told[T]> };

/** What `mount` is told. */
export interface MountOptions {
  /** The id that your server got from POST /v1/checkout_sessions. */
  session: string;
  locale?: string | undefined;
  appearance?: Appearance | undefined;
  /** Called with the details of events, by their names. */
  on?: { [T in keyof Told]?: (detail: Told[T]) => void } | undefined;
  /** Unmounts when it is aborted; nothing is mounted when it was already. */
  signal?: AbortSignal | undefined;
}

/** A mounted checkout. */
export interface Mounted {
  /** Takes it away, loaded or not. Nothing is heard of it after that. */
  unmount(): void;
  /** Loads it again, as after a failure. */
  retry(): void;
  /** Makes it look otherwise; what is left out stays as it was. What was typed stays. */
  update(look: Look): void;
}

/** What the server's script puts on the window. */
export interface Paywicket {
  /** Shows the checkout of a session in an element, given itself or by a selector. Throws when there is none. */
  mount(target: Element | string, options: MountOptions): Mounted;
  /** Asks the shopper whether a declined payment is to be tried again: url is the challenge's. */
  confirm(url: string, options: { container: Element | string; onclose?: (outcome: Outcome) => void }): { unmount(): void };
}

/** The attributes of <paywicket-checkout>, for the types of JSX. */
export interface PaywicketCheckoutAttributes {
  session?: string | undefined;
  locale?: string | undefined;
  /** JSON. React 19 and others that set properties may be given the object, once the script has loaded. */
  appearance?: string | undefined;
}

/** The element <paywicket-checkout>. Its properties are its attributes. */
export interface PaywicketCheckoutElement extends HTMLElement {
  get session(): string;
  set session(session: string | null | undefined);
  get locale(): string;
  set locale(locale: string | null | undefined);
  get appearance(): Appearance;
  set appearance(appearance: Appearance | string | null | undefined);
  /** Loads the checkout again, as after a failure. */
  retry(): void;
  addEventListener<T extends keyof PaywicketEvents>(type: T, listener: (this: PaywicketCheckoutElement, event: PaywicketEvents[T]) => void, options?: boolean | AddEventListenerOptions): void;
  addEventListener<T extends keyof HTMLElementEventMap>(type: T, listener: (this: HTMLElement, event: HTMLElementEventMap[T]) => void, options?: boolean | AddEventListenerOptions): void;
  addEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: boolean | AddEventListenerOptions): void;
  removeEventListener<T extends keyof PaywicketEvents>(type: T, listener: (this: PaywicketCheckoutElement, event: PaywicketEvents[T]) => void, options?: boolean | EventListenerOptions): void;
  removeEventListener<T extends keyof HTMLElementEventMap>(type: T, listener: (this: HTMLElement, event: HTMLElementEventMap[T]) => void, options?: boolean | EventListenerOptions): void;
  removeEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: boolean | EventListenerOptions): void;
}

/** How `loadPaywicket` is to load the script. */
export interface LoadOptions {
  /** What /paywicket.js.sri of the server says. It changes with the server's releases. */
  integrity?: string | undefined;
  /** Of the page's Content-Security-Policy. */
  nonce?: string | undefined;
}

/**
 * Loads /paywicket.js of a server into the page, once, and defines <paywicket-checkout>.
 * Rejects when it cannot be loaded; the next call tries again. On a server, where there is
 * no page, the promise stays as it is.
 */
export function loadPaywicket(host: string, options?: LoadOptions): Promise<Paywicket>;

declare global {
  interface Window {
    Paywicket?: Paywicket;
  }
  interface HTMLElementTagNameMap {
    "paywicket-checkout": PaywicketCheckoutElement;
  }
}
