// The states that a shopper sees the checkout in, and how one comes to each: framed in a
// shop's page or on a page of its own, in any language and look.

import type { Server } from "node:http";
import type { Browser, BrowserContext, BrowserContextOptions, Frame, Page } from "playwright-core";
import { launch, serve } from "./browser";
import { Program } from "./program";

export const cards = {
  approved: "4111 1111 1111 1111", mistyped: "4111 1111 1111 1112", poor: "4000 0000 0000 9995", challenged: "4000 0027 6000 3184",
  silent: "5135 0200 0000 5871", both: "4000 0025 0000 1001",
};

/** All that a form can ask. */
export const everything = {
  collect: { email: "required", phone: "optional", billing_address: "full" }, save_card: "ask", installment_plans: [{ count: 3, total: 4900 }, { count: 12, total: 5400 }],
};

const order = {
  description: "A kettle and what goes with it",
  items: [{ name: "Matte black gooseneck kettle", quantity: 2, amount: 2000 }, { name: "Filter papers", quantity: 1, amount: 900 }],
  return_url: "/thanks", cancel_url: "/cart", // of the shop
};

/** Types what every form asks of a new card. */
export async function type(frame: Frame, number: string): Promise<void> {
  await frame.locator("[name=number]").fill(number);
  await frame.locator("[name=expiry]").fill("12 / 30");
  await frame.locator("[name=cvv]").fill("123");
  await frame.locator("[name=name]").fill("Ada Lovelace");
}

async function pay(frame: Frame, number: string): Promise<void> {
  await type(frame, number);
  await frame.locator("button.pay").click();
}

/** Waits until a screen is shown. */
export const phase = (frame: Frame, name: string) => frame.locator(`#checkout[data-phase="${name}"]`).waitFor();

export interface State {
  /** What the session is opened with, beside the amount. */
  session?: Record<string, unknown>;
  /** The customer has saved cards; one of their own by a name, whose cards may be removed. */
  saved?: boolean | string;
  /** What the shopper does. */
  reach?(frame: Frame, page: Page): Promise<void>;
}

export const states: Record<string, State> = {
  empty: {},
  filled: { reach: (frame) => type(frame, cards.approved) },
  errors: {
    session: everything,
    async reach(frame) {
      await frame.locator("button.pay").click();
      await frame.locator("[name=number][aria-invalid=true]").waitFor();
    },
  },
  declined: {
    async reach(frame) {
      await pay(frame, cards.poor);
      await frame.locator(".decline:not([hidden])").waitFor();
    },
  },
  paying: {
    // Whatever the answer, it does not come while one looks.
    async reach(frame, page) {
      await page.context().route("**/pay?*", () => undefined);
      await pay(frame, cards.approved);
      await phase(frame, "paying");
    },
  },
  finding: {
    async reach(frame) {
      await pay(frame, cards.silent);
      await phase(frame, "finding");
    },
  },
  challenge: {
    async reach(frame) {
      await pay(frame, cards.challenged);
      await frame.locator("iframe.bank").waitFor();
      await frame.frameLocator("iframe.bank").getByRole("button").first().waitFor();
    },
  },
  paid: {
    session: order,
    async reach(frame) {
      await pay(frame, cards.approved);
      await phase(frame, "paid");
    },
  },
  expired: {
    session: { expires_in: 60, ...order },
    async reach(frame, page) {
      await page.clock.fastForward(61_000);
      await phase(frame, "expired");
    },
  },
  "used-up": {
    session: order,
    async reach(frame) {
      for (let card = 1; card <= 3; card++) {
        await pay(frame, cards.poor);
        await frame.locator(card < 3 ? ".decline:not([hidden])" : "[data-phase='used-up']").waitFor();
        await frame.locator("#checkout:not([data-phase=paying])").waitFor();
      }
    },
  },
  "saved cards": { saved: true, session: everything },
  "a new card beside saved ones": { saved: true, reach: (frame) => frame.locator("[name=saved][value='']").check() },
  plans: { session: everything, reach: (frame) => frame.locator("[name=plan][value='12']").check() },
  "consent that is implied": { session: { save_card: "always" } },
  "a postal code": { session: { collect: { billing_address: "postal_code" } } },
  "two brands": {
    async reach(frame) {
      await type(frame, cards.both);
      await frame.locator("[name=network]").first().waitFor();
    },
  },
  "floating labels": { session: { ...everything, appearance: { labels: "floating" } }, reach: (frame) => type(frame, cards.approved) },
  "an order": { session: order },
};

export interface Look extends BrowserContextOptions {
  framed?: boolean;
  /** What the address or the element asks for. */
  appearance?: Record<string, unknown>;
}

export interface Opened {
  context: BrowserContext;
  page: Page;
  frame: Frame; // the checkout's document
  session: string;
}

/** A program and a browser for the tests of a file, with a shop that frames the checkout. */
export class Stage {
  readonly program: Program;
  readonly browser: Browser;
  readonly #shop: { origin: string; server: Server };
  readonly #pages: Record<string, string>;
  readonly #customers = new Set<string>();
  #count = 0;

  private constructor(program: Program, browser: Browser, shop: { origin: string; server: Server }, pages: Record<string, string>) {
    this.program = program;
    this.browser = browser;
    this.#shop = shop;
    this.#pages = pages;
  }

  static async start(): Promise<Stage> {
    const pages: Record<string, string> = {};
    const shop = await serve(pages);
    const program = await Program.start("--origin", shop.origin, "--processor-timeout", "1s");
    return new Stage(program, await launch(), shop, pages);
  }

  async end(): Promise<void> {
    await this.browser.close();
    await this.program.stop();
    this.#shop.server.close();
  }

  /** A customer with two saved cards, unless they are removed. */
  async customer(id: string): Promise<void> {
    if (this.#customers.has(id)) return;
    this.#customers.add(id);
    for (const [number, cvv] of [["5555555555554444", "123"], ["378282246310005", "1234"]]) {
      const session = await this.program.session({ customer: { id }, save_card: "always" });
      const answer = await fetch(`${this.program.url}/checkout/${session}/pay`, {
        method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ number, exp_month: 12, exp_year: 2030, cvv, name: "Ada Lovelace" }),
      });
      if (!answer.ok) throw new Error(`a card of ${id} was not saved: ${await answer.text()}`);
    }
  }

  /** Opens a session. Its customer has saved cards only where the state says so. */
  async session({ session = {}, saved }: State): Promise<string> {
    const customer = saved === true ? "regular" : saved || "new";
    if (saved) await this.customer(customer);
    const urls = ["return_url", "cancel_url"].filter((name) => name in session).map((name) => [name, this.#shop.origin + String(session[name])]);
    return this.program.session({ ...session, ...Object.fromEntries(urls), customer: { id: customer }, ...(saved ? {} : { saved_cards: "hide" }) });
  }

  /** Opens a session, and a page that shows it. around is the shop's page but for the checkout. */
  async open(state: State, { framed = false, appearance, ...more }: Look = {}, around: (checkout: string) => string = (checkout) => checkout): Promise<Opened> {
    const session = await this.session(state);
    const context = await this.browser.newContext({ viewport: { width: 400, height: 900 }, reducedMotion: "reduce", ...more });
    const page = await context.newPage();
    if (state.session?.expires_in) await page.clock.install();
    const { locale = "en" } = more;
    if (framed) {
      const path = `/${++this.#count}`;
      const looks = appearance ? ` appearance='${JSON.stringify(appearance)}'` : "";
      this.#pages[path] = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>Shop</title>
        <body style="margin:0"><script src="${this.program.url}/paywicket.js"></script>${around(`<paywicket-checkout session="${session}" locale="${locale}"${looks}></paywicket-checkout>`)}`;
      await page.goto(this.#shop.origin + path);
    } else {
      const query = new URLSearchParams({ locale, ...(appearance ? { appearance: JSON.stringify(appearance) } : {}) });
      await page.goto(`${this.program.url}/checkout/${session}?${query}`);
    }
    const there = () => page.frames().find((one) => one.url().includes(`/checkout/${session}?`) || one.url().endsWith(`/checkout/${session}`));
    while (!there()) await page.waitForEvent("framenavigated");
    const frame = there()!;
    await frame.locator("html[data-ready]").waitFor();
    return { context, page, frame, session };
  }

  /** Opens a session and does what leads to a state. */
  async reach(state: State, look: Look = {}): Promise<Opened> {
    const opened = await this.open(state, look);
    await state.reach?.(opened.frame, opened.page);
    return opened;
  }
}

/** Has the shop's page change the checkout's language, and waits until it is changed. */
export async function speak(page: Page, frame: Frame, locale: string): Promise<void> {
  await page.evaluate((locale) => document.querySelector("paywicket-checkout")!.setAttribute("locale", locale), locale);
  await frame.locator(`html[lang=${locale}]`).waitFor();
}
