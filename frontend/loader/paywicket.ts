// What a merchant's page loads: <paywicket-checkout session="cs_…">,
// Paywicket.mount() and Paywicket.confirm(). It holds a frame and passes on what the frame tells; no card
// data ever comes here.

import type { Outcome, Told } from "../shared/protocol";
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

/** Shows the checkout of a session. */
const mountCheckout = (container: Element, session: string): (() => void) =>
  mountFrame(container, origin, `/checkout/${encodeURIComponent(session)}`, "Secure card payment", telling(container));

/** Finds what a page means by an element. */
function elementOf(target: Element | string): Element {
  const element = typeof target === "string" ? document.querySelector(target) : target;
  if (!element) throw new Error(`Paywicket: there is no element ${String(target)} on this page.`);
  return element;
}

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
    this.#unmount = mountCheckout(this, session);
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
    return { unmount: mountCheckout(elementOf(target), options.session) };
  },

  /**
   * Asks the shopper whether a declined payment is to be tried again: url is the challenge's
   * as this server gave it. onclose is told what came of it, once; the frame stays with its
   * last words until it is unmounted. Your server is told the same, and is what counts.
   */
  confirm(url: string, options: { container: Element | string; onclose?: (outcome: Outcome) => void }): { unmount(): void } {
    const { origin: from, pathname } = new URL(url, origin);
    if (from !== origin || !/^\/confirm\/[0-9a-z]+$/.test(pathname)) throw new Error(`Paywicket: ${url} is no challenge of ${origin}.`);
    const element = elementOf(options.container);
    const tell = telling(element);
    let open = true;
    return {
      unmount: mountFrame(element, origin, pathname, "Your declined payment", (type, detail) => {
        tell(type, detail);
        if (type !== "outcome" || !open) return;
        open = false;
        options.onclose?.(detail as Outcome);
      }),
    };
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
