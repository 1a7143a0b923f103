// <paywicket-checkout session="cs_…" locale="de" appearance='{"theme":"dark"}'>

import type { Appearance, Told, ToldType } from "../shared/protocol";
import type { Mounted } from "./mounted";
import { mountCheckout, telling } from "./page";

/** The events of a checkout, by name; `detail` holds what they tell. */
export type PaywicketEvents = { [T in ToldType]: CustomEvent<Told[T]> };

/** Its attributes, which are its properties too. */
export const attributes = ["session", "locale", "appearance"] as const;

/** For how long an element may lack its session before the page is told, in milliseconds. */
const PATIENCE = 5000;

/** What each element that is in a document shows; nothing while it lacks its session. Not in private fields, which are long in the engines that lack them. */
const shown = new WeakMap<Element, Partial<Mounted> & { unmount(): void }>();

/** The element: it shows the checkout of its `session`, and another when that changes. */
export class PaywicketCheckout extends HTMLElement {
  static get observedAttributes(): readonly string[] {
    return attributes;
  }

  /** Loads the checkout again, as after a failure. */
  retry(): void {
    shown.get(this)?.retry?.();
  }

  connectedCallback(): void {
    this.disconnectedCallback();
    // What was set before this script had come stands in the way of the properties.
    for (const name of attributes) {
      if (!Object.hasOwn(this, name)) continue;
      const value = this[name] as never;
      delete (this as Partial<this>)[name];
      this[name] = value;
    }
    const { session, locale, appearance, style } = this;
    style.display ||= "block";
    const lacking = session ? 0 : setTimeout(() => console.warn("Paywicket: <paywicket-checkout> lacks its session."), PATIENCE);
    shown.set(this, session ? mountCheckout(this, session, { locale, appearance }, telling(this)) : { unmount: () => clearTimeout(lacking) });
  }

  disconnectedCallback(): void {
    shown.get(this)?.unmount();
    shown.delete(this);
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    // Browsers report the attributes of an element in the page before they connect it.
    if (!shown.has(this) || before === after) return;
    if (name === "session") this.connectedCallback();
    else shown.get(this)?.update?.({ [name]: this[name as "locale" | "appearance"] });
  }
}

// The properties are the attributes; an appearance is JSON there.
export interface PaywicketCheckout {
  get session(): string;
  set session(session: string | null | undefined);
  get locale(): string;
  set locale(locale: string | null | undefined);
  get appearance(): Appearance;
  set appearance(appearance: Appearance | string | null | undefined);
  addEventListener<T extends ToldType>(type: T, listener: (this: PaywicketCheckout, event: PaywicketEvents[T]) => void, options?: boolean | AddEventListenerOptions): void;
  addEventListener<T extends keyof HTMLElementEventMap>(type: T, listener: (this: HTMLElement, event: HTMLElementEventMap[T]) => void, options?: boolean | AddEventListenerOptions): void;
  addEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: boolean | AddEventListenerOptions): void;
  removeEventListener<T extends ToldType>(type: T, listener: (this: PaywicketCheckout, event: PaywicketEvents[T]) => void, options?: boolean | EventListenerOptions): void;
  removeEventListener<T extends keyof HTMLElementEventMap>(type: T, listener: (this: HTMLElement, event: HTMLElementEventMap[T]) => void, options?: boolean | EventListenerOptions): void;
  removeEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: boolean | EventListenerOptions): void;
}

function read(text: string): Appearance {
  try {
    if (text) return JSON.parse(text);
  } catch {
    console.error(`Paywicket: appearance is not JSON: ${text}`);
  }
  return {};
}

for (const name of attributes) {
  Object.defineProperty(PaywicketCheckout.prototype, name, {
    get(this: Element) {
      const text = this.getAttribute(name) ?? "";
      return name === "appearance" ? read(text) : text;
    },
    set(this: Element, value: unknown) {
      if (value == null) this.removeAttribute(name);
      else this.setAttribute(name, typeof value === "object" ? JSON.stringify(value) : String(value));
    },
  });
}
