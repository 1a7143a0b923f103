// The script of the keeper: see frontend/shared/keep.ts. It holds what was typed in its
// memory, in no storage, for as long as somebody writes to it, and no longer than its page.

import { type Kept, KEEPING } from "../shared/keep";

declare global {
  var kept: Kept | undefined;
}

/** How often it looks whether it is time to forget, in milliseconds. */
const LOOK = 15_000;

const kept: Kept = {};
globalThis.kept = kept;

function forget(): void {
  const { values } = kept;
  for (const name in values) {
    values[name] = "";
    delete values[name];
  }
  delete kept.values;
  delete kept.at;
}

Object.defineProperty(kept, "done", {
  get: () => false,
  set: (done: boolean) => {
    if (done) forget();
  },
});
addEventListener("pagehide", forget);
setInterval(() => {
  if (kept.values && Date.now() - (kept.at ??= Date.now()) >= KEEPING) forget();
}, LOOK);
