// What was typed, kept while the checkout's frame is taken out of the page and put back:
// in the memory of a frame of ours beside it, never in a store of the browser's.

import { findKept } from "../shared/keep";
import type { Inputs } from "./inputs";

/** Puts back what was typed and chosen before, where nothing has been typed since, and gives it. */
export function restore(session: string, { form }: Inputs): Record<string, string> | undefined {
  const values = findKept(window.parent, session)?.values;
  for (const [name, value] of Object.entries(values ?? {})) {
    const found = form.elements.namedItem(name);
    if (found instanceof RadioNodeList || found instanceof HTMLSelectElement) found.value = value;
    else if (found instanceof HTMLInputElement && found.type === "checkbox") found.checked = true;
    else if (found instanceof HTMLInputElement) found.value ||= value;
  }
  return values;
}

/** Notes what stands in the form. */
export function keep(session: string, { form }: Inputs): void {
  const place = findKept(window.parent, session);
  if (!place) return;
  place.values = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));
  place.at = Date.now();
}

/** Has everything forgotten: it was paid, or never will be. */
export function forgetKept(session: string): void {
  const place = findKept(window.parent, session);
  if (place) place.done = true;
}
