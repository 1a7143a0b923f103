// With data-merchant on the script tag, the collector watches the page too: see /sense.js.

/** Loads the collector where the merchant asks for it. */
export function watchPage(script: HTMLScriptElement, origin: string): void {
  const { dataset, nonce } = script;
  if (!dataset.merchant) return;
  const collector = document.createElement("script");
  collector.src = `${origin}/sense.js`;
  collector.nonce = nonce;
  Object.assign(collector.dataset, dataset);
  document.head.append(collector);
}
