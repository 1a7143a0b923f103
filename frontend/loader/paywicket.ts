// What a merchant's page loads: <paywicket-checkout session="cs_…">,
// Paywicket.mount() and Paywicket.confirm(). It holds a frame and passes on what the frame tells; no card
// data ever comes here.

import type {} from "../npm/index"; // what there is on the window and in the page, as merchants are told
import type { Appearance, Outcome, Told, ToldType } from "../shared/protocol";
import { watchPage } from "./collector";
import { PaywicketCheckout } from "./element";
import { mount, type Mounted, type Tell } from "./mounted";
import { elementOf, mountCheckout, origin, script, telling } from "./page";

/** What Paywicket.mount() is told. */
export interface MountOptions {
  session: string;
  locale?: string | undefined;
  appearance?: Appearance | undefined;
  /** Called with the details of events, by their names; beside the events of the target. */
  on?: { [T in ToldType]?: (detail: Told[T]) => void } | undefined;
  /** Unmounts when it is aborted; nothing is mounted when it was already. */
  signal?: AbortSignal | undefined;
}

/** The same without the element: for pages that build themselves with script. */
export const Paywicket = {
  mount(target: Element | string, { session, locale, appearance, on, signal }: MountOptions): Mounted {
    const element = elementOf(target);
    if (!session) throw new Error("Paywicket: mount() lacks its session.");
    if (signal?.aborted) return { unmount() {}, retry() {}, update() {} };
    const send = telling(element);
    const tell: Tell = (type, detail) => {
      const wanted = send(type, detail);
      on?.[type]?.(detail);
      return wanted;
    };
    const mounted = mountCheckout(element, session, { locale: locale ?? "", appearance: appearance ?? {} }, tell);
    const unmount = () => {
      signal?.removeEventListener("abort", unmount);
      mounted.unmount();
    };
    signal?.addEventListener("abort", unmount);
    return { ...mounted, unmount };
  },

  /**
   * Asks the shopper whether a declined payment is to be tried again: url is the challenge's
   * as this server gave it. onclose is told what came of it, once; the frame stays with its
   * last words until it is unmounted. Your server is told the same, and is what counts.
   */
  confirm(url: string, options: { container: Element | string; onclose?: (outcome: Outcome) => void }): { unmount(): void } {
    const { origin: from, pathname, search } = new URL(url, origin);
    if (from !== origin || !/^\/confirm\/[0-9a-z]+$/.test(pathname)) throw new Error(`Paywicket: ${url} is no challenge of ${origin}.`);
    const container = elementOf(options.container);
    const send = telling(container);
    let open = true;
    const { unmount } = mount({ container, origin, path: pathname + search, title: "Your declined payment", session: "", look: {} }, (type, detail) => {
      const wanted = send(type, detail);
      if (type === "outcome" && open) {
        open = false;
        options.onclose?.(detail as Outcome);
      }
      return wanted;
    });
    return { unmount };
  },
};

if (!customElements.get("paywicket-checkout")) customElements.define("paywicket-checkout", PaywicketCheckout);
window.Paywicket = Paywicket;
watchPage(script, origin);
