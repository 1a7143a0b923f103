// What was typed survives all that a page may do with its checkout, in memory alone; and
// what a page takes away leaves nothing behind.

import type { Server } from "node:http";
import type { Browser, FrameLocator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { fill, launch, serve } from "./browser";
import { Program } from "./program";
import { documentOf, heardOf, isReady, shopPage, show } from "./shop";

const approved = "4111 1111 1111 1111";

let program: Program;
let browser: Browser;
let merchant: { origin: string; server: Server };
const pages: Record<string, string> = {};

beforeAll(async () => {
  merchant = await serve(pages);
  program = await Program.start("--origin", merchant.origin);
  pages["/"] = `${shopPage(program.url)}<section></section>`;
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  await program?.stop();
  merchant?.server.close();
});

let page: Page;

beforeEach(async () => {
  page = await (await browser.newContext({ locale: "en-US" })).newPage();
  await page.goto(`${merchant.origin}/`);
});
afterEach(() => page.context().close());

/** Does something with the element of a session. */
const withElement = (session: string, does: string) => page.evaluate(`{ const element = document.querySelector('paywicket-checkout[session="${session}"]') ?? window.taken; ${does} }`);

const standing = (frame: FrameLocator) =>
  frame.locator("form").evaluate((form) => Object.fromEntries([...new FormData(form as HTMLFormElement)].map(([name, value]) => [name, String(value)])));

/** Waits until the page has its keeper, in whose memory things are kept. */
const kept = (session: string) => expect.poll(() => page.frames().some((frame) => frame.url().endsWith(`${session}/keep`))).toBe(true);

/** What the browser has stored for the checkout's origin. */
const stored = async (session: string) =>
  documentOf(page, session).evaluate(async () => JSON.stringify([
    { ...localStorage }, { ...sessionStorage }, document.cookie, await indexedDB.databases(),
    await caches.keys().catch(() => []), history.state, location.href, window.name,
  ]));

const rich = {
  customer: { id: "cus_1" }, collect: { email: "required", billing_address: "full" }, save_card: "ask",
  installment_plans: [{ count: 3, total: 5100 }],
};

test("what was typed and chosen survives taking the checkout out, moving it, another language and another look, in no storage", async () => {
  const session = await program.session(rich);
  const frame = await show(page, session);
  await kept(session);
  await fill(frame, { number: "4000 0025 0000 1001" });
  await frame.locator("[name=email]").fill("ada@example.com");
  await frame.locator("[name=country]").selectOption("FR");
  await frame.locator("[name=line1]").fill("12 Rue de l'Exemple");
  await frame.locator("[name=city]").fill("Lyon");
  await frame.locator("[name=postal_code]").fill("69001");
  await frame.getByText("3 payments of $17.00").click();
  await frame.locator("[name=save]").check();
  await frame.getByLabel("Visa").check();
  await frame.getByRole("button", { name: "Pay $51.00" }).waitFor();
  const before = await standing(frame);
  expect(before).toMatchObject({ number: "4000 0025 0000 1001", expiry: "12 / 30", cvv: "123", plan: "3", save: "1", network: "visa", country: "FR" });
  const expectKept = async (more: Record<string, string> = {}) => {
    await expect.poll(() => standing(frame)).toEqual({ ...before, ...more });
    const everything = await stored(session);
    for (const secret of ["4000", "1001", "ada@", "Lovelace", "Lyon"]) expect(everything).not.toContain(secret);
  };

  await withElement(session, "window.taken = element; element.remove()");
  expect(await page.locator("main iframe").count()).toBe(0);
  await withElement(session, "document.querySelector('main').append(element)");
  await isReady(frame);
  await expectKept();
  await frame.getByRole("button", { name: "Pay $51.00" }).waitFor();

  await withElement(session, "document.querySelector('section').append(element)");
  await isReady(frame);
  await expectKept();

  // Another language reaches everything that is said, with no reload.
  await documentOf(page, session).evaluate(() => Object.assign(window, { same: true }));
  await frame.locator("[name=cvv]").fill("12");
  await frame.locator("[name=name]").focus();
  await frame.getByText("The security code has 3 digits.").waitFor();
  await withElement(session, "element.locale = 'fr'; element.locale = 'de'");
  await frame.getByText("Kartennummer").waitFor();
  const text = await frame.locator("main").innerText();
  for (const english of ["Card number", "Expiry", "Security code", "Save this card", "Pay", "payments of", "Billing", "Test mode", "has 3 digits", "$51.00"]) expect(text).not.toContain(english);
  expect((await frame.locator("button.pay").innerText()).replaceAll("\u00a0", " ")).toContain("51,00 $");
  expect(await frame.locator("#cvv-error").innerText()).toMatch(/3/);
  expect(await frame.locator("option[value=FR]").textContent()).toBe("Frankreich");
  expect(await documentOf(page, session).evaluate(() => document.documentElement.lang)).toBe("de");
  await expectKept({ cvv: "12" });
  await withElement(session, "element.setAttribute('locale', 'ar')");
  await frame.locator("html[dir=rtl]").waitFor();
  await withElement(session, "element.setAttribute('locale', 'en-US')");
  await frame.locator("html[dir=ltr]").waitFor();
  await frame.getByText("Card number", { exact: true }).waitFor();

  const ground = () => documentOf(page, session).evaluate(() => getComputedStyle(document.querySelector("#number")!).color);
  const light = await ground();
  await withElement(session, `element.appearance = { theme: "light" }; element.appearance = { theme: "dark", labels: "floating" }`);
  await expect.poll(ground).not.toBe(light);
  await expect.poll(() => frame.locator("#theme").count()).toBe(1);
  expect(await frame.locator("#checkout").getAttribute("data-labels")).toBe("floating");
  await expectKept({ cvv: "12" });
  expect(await documentOf(page, session).evaluate(() => (window as unknown as { same: boolean }).same)).toBe(true);

  // After paying it is gone everywhere.
  await frame.locator("[name=cvv]").fill("123");
  await frame.locator("button.pay").click();
  await frame.getByText("Payment complete").waitFor();
  expect(await standing(frame)).toMatchObject({ number: "", cvv: "", name: "", email: "" });
  await expect.poll(() => page.frames().some((one) => one.url().endsWith("/keep"))).toBe(false);
  await withElement(session, "element.retry()");
  await isReady(frame);
  await frame.getByText("Payment complete").waitFor();
  expect(await standing(frame)).toMatchObject({ number: "", cvv: "", name: "", email: "" });
}, 60_000);

test("what was typed is still there when the checkout is taken out at the bank's page, and another card is wanted", async () => {
  const session = await program.session();
  const frame = await show(page, session);
  await kept(session);
  await fill(frame, { number: "4000 0027 6000 3184" });
  await frame.locator("button.pay").click();
  await frame.frameLocator("iframe").getByRole("button", { name: "Confirm" }).waitFor();
  await withElement(session, "window.taken = element; element.remove(); document.querySelector('main').append(element)");
  await isReady(frame);
  await frame.frameLocator("iframe").getByRole("button", { name: "Confirm" }).waitFor();
  await frame.getByRole("button", { name: "Use another card" }).click();
  await expect.poll(() => standing(frame)).toMatchObject({ number: "4000 0027 6000 3184", name: "Ada Lovelace", cvv: "" });
});

test("several checkouts on a page each hear of themselves alone", async () => {
  const sessions = await Promise.all([4900, 100, 200].map((amount) => program.session({ amount })));
  const frames: FrameLocator[] = [];
  for (const session of sessions) frames.push(await show(page, session));
  for (const [at, amount] of ["$49.00", "$1.00", "$2.00"].entries()) await frames[at]?.getByRole("button", { name: `Pay ${amount}` }).waitFor();
  const changes = () => Promise.all(sessions.map(async (session) => (await heardOf(page, session, "change", "submit", "token", "decline")).length));
  const quiet = await changes();
  await fill(frames[1]!, { number: approved });
  await frames[1]?.locator("button.pay").click();
  await frames[1]?.getByText("Payment complete").waitFor();
  await expect.poll(() => heardOf(page, sessions[1]!, "token")).toHaveLength(1);
  const after = await changes();
  expect([after[0], after[2]]).toEqual([quiet[0], quiet[2]]);
  for (const at of [0, 2]) {
    expect(await frames[at]?.locator("[name=number]").inputValue()).toBe("");
    expect(await heardOf(page, sessions[at]!, "ready")).toHaveLength(1);
  }
});

test("mounting can be cancelled, before it has loaded and after, and nothing is heard any more", async () => {
  const session = await program.session();
  const heard = await page.evaluate(async (session) => {
    const types: string[] = [];
    const mount = (signal: AbortSignal) => window.Paywicket!.mount("main", { session, signal, on: { ready: () => void types.push("ready"), error: () => void types.push("error") } });
    const stopped = new AbortController();
    stopped.abort();
    mount(stopped.signal);
    const early = new AbortController();
    mount(early.signal);
    const frames = [document.querySelectorAll("iframe").length];
    early.abort();
    frames.push(document.querySelectorAll("iframe").length);
    const late = new AbortController();
    const ready = new Promise((go) => document.querySelector("main")?.addEventListener("ready", go, { once: true }));
    mount(late.signal);
    await ready;
    late.abort();
    frames.push(document.querySelectorAll("main > *").length);
    return { types, frames };
  }, session);
  expect(heard).toEqual({ types: ["ready"], frames: [1, 0, 0] });
});

test("mounting and unmounting two hundred times leaves nothing behind", async () => {
  const session = await program.session();
  const debug = await page.context().newCDPSession(page);
  await debug.send("Performance.enable");
  await debug.send("HeapProfiler.enable");
  const often = (times: number) => page.evaluate(async ([session, times]) => {
    for (let i = 0; i < times; i++) {
      const stop = new AbortController();
      const ready = new Promise((go) => document.querySelector("main")?.addEventListener("ready", go, { once: true }));
      window.Paywicket!.mount("main", { session, signal: stop.signal });
      // Some have loaded when they are taken away, and most have not.
      if (i % 10 === 0) await ready;
      else await new Promise((go) => setTimeout(go));
      stop.abort();
    }
  }, [session, times] as const);
  const measure = async () => {
    for (let i = 0; i < 3; i++) await debug.send("HeapProfiler.collectGarbage");
    const { metrics } = await debug.send("Performance.getMetrics");
    const of = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN;
    return { frames: page.frames().length, nodes: of("Nodes"), listeners: of("JSEventListeners"), documents: of("Documents"), heap: (await debug.send("Runtime.getHeapUsage")).usedSize };
  };
  await often(20);
  const before = await measure();
  await often(200);
  // What the browser itself keeps of the last documents goes with time.
  await expect.poll(async () => {
    const after = await measure();
    const grown = { frames: after.frames - before.frames, nodes: after.nodes - before.nodes, listeners: after.listeners - before.listeners, documents: after.documents - before.documents, heap: after.heap - before.heap };
    return grown.frames <= 0 && grown.nodes < 400 && grown.listeners < 40 && grown.documents <= 3 && grown.heap < 400_000 ? "nothing" : grown;
  }, { timeout: 15_000 }).toBe("nothing");
  expect(await page.locator("main iframe").count()).toBe(0);
}, 90_000);
