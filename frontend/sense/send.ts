// Sends what was seen in three requests of a page at most: the first signals at once, the
// others when they are there, and what has happened when the card is sent or the page goes
// away. What could not be sent goes with the next; a payment never waits.

import type { SenseBatch, SenseEvent, SenseSignal } from "../shared/wire.gen";

const MOST = 200; // events in a batch; the server takes no more
const REQUESTS = 3; // in the life of a page, of which the last is for its end

export type Send = (batch: SenseBatch, leaving: boolean) => Promise<unknown> | undefined;

/** Posts to our own server; a page that goes away leaves it to the browser. */
export const post = (path: string): Send => (batch, leaving) => {
  const body = JSON.stringify(batch);
  if (leaving && navigator.sendBeacon(path, new Blob([body], { type: "text/plain" }))) return undefined;
  return fetch(path, { method: "POST", headers: { "Content-Type": "text/plain" }, body, keepalive: true, credentials: "omit" }).then((answer) => {
    if (answer.status >= 500) throw new Error(String(answer.status));
  });
};

export class Sender {
  #events: SenseEvent[] = [];
  #signals: Record<string, SenseSignal> = {};
  #done = false;
  #requests = 0;
  #underWay = false;
  #waiting = false; // there was more to send meanwhile

  readonly #bound: { sense_key: string; nonce: string };
  readonly #send: Send;
  readonly #habits: () => SenseEvent[];

  constructor(bound: { sense_key: string; nonce: string }, send: Send, habits: () => SenseEvent[] = () => []) {
    this.#bound = bound;
    this.#send = send;
    this.#habits = habits;
    addEventListener("pagehide", () => this.flush(true));
  }

  note(event: SenseEvent): void {
    if (this.#events.length < MOST) this.#events.push(event);
  }

  /** Takes signals, and sends them; done says that there are no more. */
  signals(signals: Record<string, SenseSignal>, done: boolean): void {
    Object.assign(this.#signals, signals);
    this.#done ||= done;
    this.flush();
  }

  /**
   * Sends what there is, unless this page has sent enough. The server says by the last of the
   * signals which device it is, so the first have come by then: one request waits for the
   * other, unless the page goes away.
   */
  flush(leaving = false): void {
    if (this.#underWay && !leaving) {
      this.#waiting = true;
      return;
    }
    if (this.#requests >= (leaving ? REQUESTS : REQUESTS - 1)) return;
    const signals = this.#signals;
    const events = [...this.#events, ...(leaving ? this.#habits() : [])].slice(0, MOST);
    if (!events.length && !Object.keys(signals).length) return;
    this.#requests++;
    this.#signals = {};
    this.#events = [];
    const batch = { ...this.#bound, ...(Object.keys(signals).length ? { signals, done: this.#done } : {}), ...(events.length ? { events } : {}) };
    const sent = this.#send(batch, leaving);
    if (!sent) return;
    this.#underWay = true;
    void sent.catch(() => {
      this.#signals = { ...signals, ...this.#signals };
      this.#events = [...events, ...this.#events].slice(0, MOST);
    }).then(() => {
      this.#underWay = false;
      if (!this.#waiting) return;
      this.#waiting = false;
      this.flush();
    });
  }
}
