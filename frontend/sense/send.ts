// Sends what was seen, in few requests: soon after the start, then now and then,
// and what is left when the page goes away. A lost batch is lost: a payment never
// waits for it.

import type { SenseBatch, SenseEvent, SenseSignal } from "../shared/wire.gen";

const PATH = "/sense/events";
const EVERY = 5000;
const MOST = 200; // events in a batch; the server takes no more
const REQUESTS = 40; // in the life of a page

export class Sender {
  #events: SenseEvent[] = [];
  #requests = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  readonly #key: string;

  constructor(key: string) {
    this.#key = key;
    addEventListener("pagehide", () => this.#flush({}, true));
  }

  note(event: SenseEvent): void {
    if (this.#events.length < MOST) this.#events.push(event);
    this.#timer ??= setTimeout(() => this.#flush({}), EVERY);
  }

  signals(signals: Record<string, SenseSignal>): void {
    this.#flush({ signals });
  }

  #flush(more: Partial<SenseBatch>, leaving = false): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const events = this.#events.splice(0);
    if ((!events.length && !more.signals) || this.#requests++ >= REQUESTS) return;
    const body = JSON.stringify({ sense_key: this.#key, ...more, ...(events.length ? { events } : {}) } satisfies SenseBatch);
    if (leaving && navigator.sendBeacon(PATH, new Blob([body], { type: "application/json" }))) return;
    fetch(PATH, { method: "POST", headers: { "Content-Type": "application/json" }, body, keepalive: true, credentials: "omit" }).catch(() => undefined);
  }
}
