// What a merchant's page loads: <paywicket-checkout session="cs_…"> and
// Paywicket.mount(). It holds a frame and passes on what the frame tells; no card
// data ever comes here.

import type { Told } from "../shared/protocol";
import { mountFrame, type Tell } from "./frame";

declare global {
  interface Window {
    Paywicket?: typeof Paywicket;
  }
  interface HTMLElementTagNameMap {
    "paywicket-checkout": PaywicketCheckout;
  }
}

/** The events of a checkout, by name; `detail` holds what they tell. */
export type PaywicketEvents = { [T in keyof Told]: CustomEvent<Told[T]> };

// The server that this script came from is the one whose checkout it shows.
const origin = new URL((document.currentScript as HTMLScriptElement).src).origin;

/**
 * Sends what the frame tells as an event of the element it is in. It does not
 * bubble: a `submit` or `change` of ours must not set off a form around it.
 */
const telling = (element: Element): Tell => (type, detail) => {
  element.dispatchEvent(new CustomEvent(type, { detail }));
};

/** The element: it shows the checkout of its `session`, and another when that changes. */
class PaywicketCheckout extends HTMLElement {
  static readonly observedAttributes = ["session"];
  #unmount: (() => void) | undefined;
  #connected = false;

  connectedCallback(): void {
    this.#connected = true;
    this.#unmount?.();
    this.#unmount = undefined;
    const session = this.getAttribute("session");
    if (!session) return;
    if (!this.style.display) this.style.display = "block";
    this.#unmount = mountFrame(this, origin, session, telling(this));
  }

  disconnectedCallback(): void {
    this.#connected = false;
    this.#unmount?.();
    this.#unmount = undefined;
  }

  attributeChangedCallback(_name: string, before: string | null, after: string | null): void {
    // Browsers report the attributes of an element in the page before they connect it.
    if (this.#connected && before !== after) this.connectedCallback();
  }
}

/** The same without the element: for pages that build themselves with script. */
export const Paywicket = {
  mount(target: Element | string, options: { session: string }): { unmount(): void } {
    const element = typeof target === "string" ? document.querySelector(target) : target;
    if (!element) throw new Error(`Paywicket: there is no element ${String(target)} on this page.`);
    return { unmount: mountFrame(element, origin, options.session, telling(element)) };
  },
};

// With data-merchant, the collector watches this page too: see /sense.js.
const { dataset } = document.currentScript as HTMLScriptElement;
if (dataset.merchant) {
  const collector = document.createElement("script");
  collector.async = true;
  collector.src = `${origin}/sense.js`;
  Object.assign(collector.dataset, dataset);
  document.head.append(collector);
}

if (!customElements.get("paywicket-checkout")) customElements.define("paywicket-checkout", PaywicketCheckout);
window.Paywicket = Paywicket;
