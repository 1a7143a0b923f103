// What was typed, kept while the checkout's frame is taken out of the page and put back:
// in the memory of a frame of ours beside it, never in a store of the browser's.

import { findKept } from "../shared/keep";
import type { Inputs } from "./inputs";
import { fieldNames } from "./validate";

/** Puts back what was typed before, where nothing has been typed since. True when there was something. */
export function restore(session: string, inputs: Inputs): boolean {
  const values = findKept(window.parent, session)?.values;
  let any = false;
  for (const field of fieldNames) {
    const value = values?.[field];
    if (!value || inputs.value(field)) continue;
    inputs.set(field, value);
    any = true;
  }
  return any;
}

/** Notes what stands in the form. */
export function keep(session: string, inputs: Inputs): void {
  const place = findKept(window.parent, session);
  if (!place) return;
  place.values = Object.fromEntries(fieldNames.map((field) => [field, inputs.value(field)]));
  place.at = Date.now();
}

/** Has everything forgotten: it was paid, or never will be. */
export function forgetKept(session: string): void {
  const place = findKept(window.parent, session);
  if (place) place.done = true;
}
