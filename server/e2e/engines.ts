// The three browser engines behind one interface: what a shopper does, and what they read.

import { chromium } from "./chromium";
import { firefox } from "./firefox";
import { webkit } from "./webkit";

export { chromium, firefox, webkit };

/** How an engine is started. */
export interface Setting {
  /** Nothing of a page's may be kept: no cookies, and no storage in a frame of another site. */
  blocked?: boolean;
}

/** A started browser. */
export interface Engine {
  name: string;
  /** A browser as if nobody had used it before; what one keeps, no other has. */
  open(): Promise<Driven>;
  close(): Promise<void>;
}

/** One page that goes to addresses, and the keyboard in front of it. */
export interface Driven {
  name: string;
  go(address: string): Promise<void>;
  /** What runs in the page, or in a frame of it: the frames' selectors, from the page inwards. It sees nothing of the test but its arguments. */
  evaluate<T, A extends unknown[]>(frames: readonly string[], script: (...given: A) => T, ...given: A): Promise<T>;
  click(frames: readonly string[], selector: string): Promise<void>;
  /** One key by its name, such as Tab, Enter or Shift+Tab. */
  press(key: string): Promise<void>;
  /** Text as it is typed, key by key, wherever the focus is. */
  write(text: string): Promise<void>;
  /** A PNG of what the window shows. */
  screenshot(): Promise<Buffer>;
  /** What the engine wrote to its console as errors; of WebKit, what went wrong in documents after they were first looked into. */
  complaints(): Promise<string[]>;
  close(): Promise<void>;
}

export const engines: Record<"chromium" | "firefox" | "webkit", (setting?: Setting) => Promise<Engine>> = { chromium, firefox, webkit };

const patience = 20_000;

/** Asks until the answer is there; what fails meanwhile, such as a frame that is not there yet, is asked again. */
export async function until<T>(what: string, ask: () => Promise<T>): Promise<NonNullable<T>> {
  const end = Date.now() + patience;
  let last: unknown = "";
  while (Date.now() < end) {
    try {
      const answer = await ask();
      if (answer) return answer;
    } catch (error) {
      last = error;
    }
    await new Promise((go) => setTimeout(go, 50));
  }
  throw new Error(`${what}: not within ${patience / 1000} s. ${String(last)}`);
}

/** A page or a frame of it, as a shopper uses it. */
export class Place {
  readonly #driven: Driven;
  readonly #frames: readonly string[];

  constructor(driven: Driven, ...frames: string[]) {
    this.#driven = driven;
    this.#frames = frames;
  }

  evaluate<T, A extends unknown[]>(script: (...given: A) => T, ...given: A): Promise<T> {
    return this.#driven.evaluate(this.#frames, script, ...given);
  }

  /** The words that are shown, not those of hidden parts. */
  text(): Promise<string> {
    return this.evaluate(() => document.body.innerText);
  }

  /** Waits until the words are shown. */
  async see(words: string): Promise<void> {
    let shown = "";
    const seen = async () => (shown = await this.text()).includes(words);
    await until(`“${words}” is read`, seen).catch((error: Error) => {
      throw new Error(`${error.message} What is shown: ${shown}`);
    });
  }

  /** Waits until an element is there and has a size. */
  async there(selector: string): Promise<void> {
    await until(`${selector} is there`, () => this.evaluate((wanted) => (document.querySelector(wanted)?.getClientRects().length ?? 0) > 0, selector));
  }

  async click(selector: string): Promise<void> {
    await this.there(selector);
    await this.#driven.click(this.#frames, selector);
  }

  /** Types into a field, in place of what is in it. */
  async type(selector: string, text: string): Promise<void> {
    await this.click(selector);
    await this.evaluate((wanted) => document.querySelector<HTMLInputElement>(wanted)?.select(), selector);
    await this.#driven.write(text);
  }

  /** The field that has the focus: its name, or for a button its class. */
  focused(): Promise<string> {
    return this.evaluate(() => {
      const at = document.hasFocus() ? document.activeElement : null;
      return at?.getAttribute("name") ?? at?.className ?? "";
    });
  }
}
