// Reads the signals one by one, giving way to the page between them.

import type { SenseSignal } from "../shared/wire.gen";
import type { Source } from "./sources";

/** Lets the page do something else first. */
const yieldToPage = (): Promise<void> =>
  new Promise((go) => {
    if ("requestIdleCallback" in window) requestIdleCallback(() => go(), { timeout: 500 });
    else setTimeout(go, 0);
  });

/** Reads every source. One that throws or has nothing to say says that; none is waited for. */
export async function collect(sources: Record<string, Source>): Promise<Record<string, SenseSignal>> {
  const signals: Record<string, SenseSignal> = {};
  for (const [name, source] of Object.entries(sources)) {
    await yieldToPage();
    const start = performance.now();
    let signal: Omit<SenseSignal, "ms">;
    try {
      const value = source();
      signal = value === undefined ? { error: "unavailable" } : { value };
    } catch {
      signal = { error: "threw" };
    }
    signals[name] = { ...signal, ms: Math.round((performance.now() - start) * 10) / 10 };
  }
  return signals;
}
