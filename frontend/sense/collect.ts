// Reads the signals in two parts, giving way to the page after each and within those that
// take long.

import type { SenseSignal } from "../shared/wire.gen";
import { first, second, type Source, type Sources } from "./sources";
import { putAway } from "./webgl";

/** How long one that answers later may take, in milliseconds. */
const PATIENCE = 400;

export type Signals = Record<string, SenseSignal>;

/** Lets the page do something else first: a frame, a key, a click. */
const yieldToPage = (): Promise<void> =>
  new Promise((go) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      go();
    };
    port2.postMessage(0);
  });

/** Reads one, and says how long that took. One that throws or has nothing to say says that. */
async function read(source: Source): Promise<SenseSignal> {
  const start = performance.now();
  const told = (signal: Omit<SenseSignal, "ms">): SenseSignal => ({ ...signal, ms: Math.round((performance.now() - start) * 10) / 10 });
  try {
    let value = source();
    if (value && typeof value === "object" && "next" in value) {
      let step = value.next();
      for (; !step.done; step = value.next()) await yieldToPage();
      value = step.value;
    }
    if (!(value instanceof Promise)) return told(value === undefined ? { error: "unavailable" } : { value });
    const enough = new Promise<"late">((go) => setTimeout(go, PATIENCE, "late"));
    const answer = await Promise.race([value.then((value) => ({ value })), enough]);
    return told(answer === "late" ? { error: "timeout" } : answer.value === undefined ? { error: "unavailable" } : { value: answer.value });
  } catch {
    return told({ error: "threw" });
  }
}

/** Reads every source that is not switched off; tell hears of them in two parts. */
export async function collect(
  tell: (signals: Signals, done: boolean) => void,
  off: readonly string[] = [],
  parts: { first: Sources; second: Sources } = { first, second },
): Promise<void> {
  const wanted = (sources: Sources) => Object.entries(sources).filter(([name]) => !off.includes(name));
  const begin: Signals = {};
  for (const [name, source] of wanted(parts.first)) {
    await yieldToPage();
    begin[name] = await read(source);
  }
  try {
    putAway();
  } catch {
    // The browser keeps the context a little longer.
  }
  tell(begin, false);
  const rest: Signals = {};
  // Those that answer later are begun at once; the others wait for their turn.
  await Promise.all(wanted(parts.second).map(async ([name, source], turn) => {
    for (let i = 0; i <= turn; i++) await yieldToPage();
    rest[name] = await read(source);
  }));
  tell(rest, true);
}
