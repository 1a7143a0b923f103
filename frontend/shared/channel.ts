// Both ends of the channel between a merchant's page and the checkout's frame. A
// message counts only from the exact window and the exact origin, on the channel
// of its mount, and in the right shape. Nothing is ever sent to "*".

import { type FrameMessage, isConfigure, isFrameMessage, isHello, type Look, type Told, type ToldType, VERSION } from "./protocol";

/** Makes the name of a channel: 128 random bits in hexadecimal. */
export function newChannel(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The page's end: listens to one frame of one origin. The result ends that. */
export function listen(frame: () => Window | null, origin: string, channel: string, hear: (message: FrameMessage) => void): () => void {
  const onMessage = (event: MessageEvent) => {
    if (event.origin !== origin || event.source === null || event.source !== frame()) return;
    if (isFrameMessage(event.data) && event.data.channel === channel) hear(event.data);
  };
  addEventListener("message", onMessage);
  return () => removeEventListener("message", onMessage);
}

/** The frame's end: silent until a page of an allowed origin has said hello, and deaf to all others from then on. */
export class Peer {
  #origin = "";
  #channel = "";
  #waiting: (() => void)[] = [];

  readonly #parent: Window;

  constructor(parent: Window, origins: readonly string[], greeted: () => void, configured?: (look: Look) => void) {
    this.#parent = parent;
    addEventListener("message", (event: MessageEvent) => {
      if (this.#origin && event.source === parent && event.origin === this.#origin && isConfigure(event.data) && event.data.channel === this.#channel) {
        configured?.(event.data.detail);
      }
      if (this.#origin || event.source !== parent || !origins.includes(event.origin) || !isHello(event.data)) return;
      this.#origin = event.origin;
      this.#channel = event.data.channel;
      greeted();
      for (const send of this.#waiting.splice(0)) send();
    });
  }

  /** Tells the page something, at once or when it has said hello. */
  tell<T extends ToldType>(type: T, detail: Told[T]): void {
    const send = () => this.#parent.postMessage({ type, version: VERSION, channel: this.#channel, detail }, this.#origin);
    if (this.#origin) send();
    else this.#waiting.push(send);
  }
}
