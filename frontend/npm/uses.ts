// What a merchant's page may write, and may not: checked by tsc, with the package's types
// and nothing else.

import { type Appearance, loadPaywicket, type Mounted, type PaywicketCheckoutElement } from "./index.js";

export async function embed(nonce?: string): Promise<Mounted> {
  const paywicket = await loadPaywicket("https://pay.example", { integrity: "sha384-x", nonce });
  const appearance: Appearance = { theme: "dark", radius: 4 };
  const mounted = paywicket.mount("#here", {
    session: "cs_1", appearance, signal: AbortSignal.timeout(1000),
    on: { token: ({ last4, exp_year }) => last4.padStart(exp_year), change: ({ method }) => method === "saved", "action-required": ({ payment }) => payment },
  });
  mounted.update({ locale: "de" });
  // @ts-expect-error: there is no such look
  mounted.update({ colour: "red" });
  // @ts-expect-error: there is no such event
  paywicket.mount("#here", { session: "cs_1", on: { paid: () => undefined } });
  // @ts-expect-error: a checkout is of a session
  paywicket.mount("#here", {});
  return mounted;
}

export function listen(element: PaywicketCheckoutElement): string {
  element.addEventListener("decline", ({ detail }) => detail.attempts_left.toFixed());
  element.addEventListener("error", ({ detail }) => detail.code.trim());
  element.addEventListener("click", (event) => event.clientX);
  // @ts-expect-error: a decline tells no amount
  element.addEventListener("decline", ({ detail }) => detail.amount);
  element.appearance = { theme: "light" };
  document.querySelector("paywicket-checkout")?.retry();
  return element.appearance.theme ?? "system";
}
