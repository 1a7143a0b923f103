// The checkout in Chromium, Firefox and WebKit, in a frame of a merchant's page that comes
// from another origin: with the mouse, with the keyboard alone, and where nothing may be kept.

import type { Server } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serve } from "./browser";
import { type Driven, type Engine, engines, Place, type Setting, until } from "./engines";
import { Program } from "./program";

const approved = "4111111111111111";
const poor = "4000000000009995";
const challenged = "4000002760003184";
const frame = "iframe[title='Secure card payment']";

let program: Program;
let merchant: { origin: string; server: Server };
const pages: Record<string, string> = {};

beforeAll(async () => {
  const { origin, server } = await serve(pages);
  // Another site than the server's too, not only another port of it.
  merchant = { origin: origin.replace("127.0.0.1", "localhost"), server };
  program = await Program.start("--origin", merchant.origin);
});

afterAll(async () => {
  await program?.stop();
  merchant?.server.close();
});

interface Hearing {
  heard: [string, Record<string, unknown>][];
}

/** A merchant's page that shows a session and notes what it is told. */
const shop = (session: string) => `<!doctype html><html lang="en"><title>shop</title><link rel="icon" href="data:,">
  <script>
    window.heard = [];
    for (const type of ["token", "decline", "error"])
      addEventListener(type, (event) => { if (event.target.localName === "paywicket-checkout") heard.push([type, event.detail]); }, true);
  </script>
  <script src="${program.url}/paywicket.js"></script>
  <paywicket-checkout session="${session}"></paywicket-checkout>`;

/** Opens the shop with a session of its own. */
async function open(engine: Engine): Promise<{ driven: Driven; page: Place; checkout: Place; session: string }> {
  const session = await program.session();
  pages[`/${session}`] = shop(session);
  const driven = await engine.open();
  await driven.go(`${merchant.origin}/${session}`);
  const checkout = new Place(driven, frame);
  await checkout.there("[name=number]");
  return { driven, page: new Place(driven), checkout, session };
}

async function fill(checkout: Place, number: string): Promise<void> {
  await checkout.type("[name=number]", number);
  await checkout.type("[name=expiry]", "1230");
  await checkout.type("[name=cvv]", "123");
  await checkout.type("[name=name]", "Ada Lovelace");
}

async function pay(checkout: Place, number: string): Promise<void> {
  await fill(checkout, number);
  await checkout.click("button.pay");
}

/** What a page finds in its storage that it has just put there, or how that was refused. */
const kept = (place: Place) =>
  place.evaluate(() => {
    try {
      localStorage.setItem("kept", "1");
      return localStorage.getItem("kept");
    } catch (error) {
      return (error as Error).name;
    } finally {
      try {
        localStorage.removeItem("kept");
      } catch {
        // It was refused.
      }
    }
  });

/** What the shop's page was told of a kind, once it is. */
const told = (page: Place, type: string) =>
  until(`the page is told the ${type}`, () => page.evaluate((wanted) => (window as unknown as Hearing).heard.find(([heard]) => heard === wanted)?.[1], type));

/** The shopper sees that it is paid, the shop's page is told, and so it is. */
async function expectPaid({ page, checkout, session, driven }: Awaited<ReturnType<typeof open>>): Promise<void> {
  await checkout.see("Payment complete");
  expect(await told(page, "token")).toMatchObject({ token: expect.stringMatching(/^tok_/) });
  expect(await program.api("GET", `/v1/checkout_sessions/${session}`)).toMatchObject({ status: "completed" });
  expect(await driven.complaints()).toEqual([]);
}

describe.each(Object.keys(engines) as (keyof typeof engines)[])("%s", { timeout: 60_000 }, (name) => {
  const started = (setting: Setting) => {
    let engine: Engine;
    beforeAll(async () => void (engine = await engines[name](setting)));
    afterAll(() => engine?.close());
    return () => open(engine);
  };

  describe("as it comes", () => {
    const opened = started({});

    test("what an engine complains of is heard", async () => {
      const { driven } = await opened();
      pages["/wrong"] = `<!doctype html><title>wrong</title><link rel="icon" href="data:,"><script>setInterval(() => { throw new Error("said"); }, 100)</script>`;
      await driven.go(`${merchant.origin}/wrong`);
      await until("a complaint", async () => (await driven.complaints()).some((said) => said.includes("said")));
      await driven.close();
    });

    test("a card is paid with, in another origin's frame", async () => {
      const at = await opened();
      expect(await kept(at.page)).toBe("1");
      await pay(at.checkout, approved);
      await expectPaid(at);
      await at.driven.close();
    });

    test("a declined card, then another", async () => {
      const at = await opened();
      await pay(at.checkout, poor);
      await at.checkout.see("There is not enough money available on this card.");
      expect(await told(at.page, "decline")).toMatchObject({ code: "insufficient_funds" });
      await pay(at.checkout, approved);
      await expectPaid(at);
      await at.driven.close();
    });

    test("3-D Secure within the frame", async () => {
      const at = await opened();
      await pay(at.checkout, challenged);
      await at.checkout.see("Your bank wants to be sure that it is you");
      const issuer = new Place(at.driven, frame, "iframe");
      await issuer.see("Confirm");
      await issuer.click("button");
      await expectPaid(at);
      await at.driven.close();
    });

    test("the keyboard alone, through every field to the button and back", async () => {
      const at = await opened();
      const { driven, checkout } = at;
      const to = async (field: string) => {
        for (let presses = 0; presses < 4 && (await checkout.focused()) !== field; presses++) await driven.press("Tab");
        expect(await checkout.focused()).toBe(field);
      };
      await to("number");
      const order = ["number"];
      for (let presses = 0; presses < 4; presses++) {
        await driven.press("Tab");
        order.push(await checkout.focused());
      }
      expect(order).toEqual(["number", "expiry", "cvv", "name", "action"]);
      for (const field of order.slice(0, -1).reverse()) {
        await driven.press("Shift+Tab");
        expect(await checkout.focused()).toBe(field);
      }
      for (const [field, text] of Object.entries({ number: approved, expiry: "1230", cvv: "123", name: "Ada Lovelace" })) {
        await to(field);
        await driven.write(text);
      }
      await to("action"); // so the button that pays is called
      await driven.press("Enter");
      await expectPaid(at);
      await driven.close();
    });
  });

  describe("where nothing may be kept", () => {
    const opened = started({ blocked: true });

    test("a card is paid with all the same", async () => {
      const at = await opened();
      expect(["SecurityError", "TypeError"]).toContain(await kept(at.page));
      expect(["SecurityError", "TypeError"]).toContain(await kept(at.checkout));
      await pay(at.checkout, approved);
      await expectPaid(at);
      await at.driven.close();
    });
  });
});
