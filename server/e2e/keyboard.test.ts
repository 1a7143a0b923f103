// The checkout without a mouse, and for who hears it: every stop in the order in which it
// stands, a way in and out, and each error, state and outcome said.

import type { Frame, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cards, everything, phase, Stage, states, type } from "./states";

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.start();
});

afterAll(() => stage?.end());

/** A shop with a link before the checkout and one behind it. */
const shop = (checkout: string) => `<a id="before" href="#">Cart</a>${checkout}<a id="behind" href="#">Help</a>`;

/** What has the focus: a name, where it stands, and how it is set off. */
const stop = (frame: Frame) =>
  frame.evaluate(() => {
    const on = document.activeElement as HTMLInputElement | null;
    if (!on || on === document.body || !document.hasFocus()) return null;
    const parts = [on, on.closest(".box"), on.closest(".option")].filter((part) => part !== null);
    const looks = () => parts.map((part) => {
      const { outlineStyle, boxShadow, borderTopColor } = getComputedStyle(part);
      return `${outlineStyle} ${boxShadow} ${borderTopColor}`;
    }).join();
    const { top, left } = on.getBoundingClientRect();
    const focused = looks();
    on.blur();
    const seen = focused !== looks();
    on.focus();
    const name = on.name === "action" ? (on.value.split(":")[0] ?? "") : on.type === "radio" ? `${on.name} ${on.value.slice(0, 3)}` : on.name || on.textContent!;
    return { name, top: Math.round(top), left: Math.round(left), seen };
  });

/** Every stop on the way by Tab or Shift+Tab until the focus leaves the frame. */
async function walk(page: Page, frame: Frame, key: string) {
  const stops = [];
  for (let presses = 0; presses < 40; presses++) {
    const at = await stop(frame);
    if (!at) break;
    stops.push(at);
    await page.keyboard.press(key);
  }
  return stops;
}

const focusIn = (page: Page) => page.evaluate(() => document.activeElement?.id || document.activeElement?.localName);

test("by Tab into the frame, through everything in the order it stands in, and out again, both ways", async () => {
  const { context, page, frame } = await stage.open({ saved: true, session: everything }, { framed: true, reducedMotion: "reduce" }, shop);
  await page.locator("#before").focus();
  await page.keyboard.press("Tab");
  const forward = await walk(page, frame, "Tab");
  expect(await focusIn(page), "there is no trap").toBe("behind");
  expect(forward.map(({ name }) => name)).toEqual(["email", "phone", "saved tok", "forget", "forget", "cvv", "plan 0", "pay"]); // a saved card has its address
  expect(forward.filter(({ seen }) => !seen), "focus that is not seen").toEqual([]);
  for (const [at, { top, name }] of forward.entries()) if (at) expect(top, `${name} stands below ${forward[at - 1]!.name}, or beside it`).toBeGreaterThanOrEqual(forward[at - 1]!.top - 20);

  await page.keyboard.press("Shift+Tab");
  const back = await walk(page, frame, "Shift+Tab");
  expect(await focusIn(page)).toBe("before");
  expect(back.map(({ name }) => name).reverse()).toEqual(forward.map(({ name }) => name));
  await context.close();
});

test("read from the right, what stands beside another comes in the order of reading", async () => {
  const { context, page, frame } = await stage.open({ session: everything }, { framed: true, locale: "ar" }, shop);
  await frame.locator("[name=country]").selectOption("US");
  await page.locator("#before").focus();
  await page.keyboard.press("Tab");
  const stops = await walk(page, frame, "Tab");
  expect(stops.map(({ name }) => name)).toEqual(["email", "phone", "number", "expiry", "cvv", "name", "country", "line1", "city", "state", "postal_code", "plan 0", "save", "pay"]);
  expect(stops.filter(({ seen }) => !seen)).toEqual([]);
  const of = (name: string) => stops.find((one) => one.name === name)!;
  expect(of("expiry").left).toBeGreaterThan(of("cvv").left);
  await context.close();
});

test("a saved card is removed, a plan chosen, and a card typed and paid with, by keyboard alone", async () => {
  const { context, page, frame } = await stage.open({ saved: "by keyboard", session: { installment_plans: [{ count: 3, total: 4950 }] } }, { framed: true }, shop);
  const press = (...keys: string[]) => keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
  const on = () => stop(frame).then((at) => at?.name);
  await page.locator("#before").focus();
  await press("Tab", "Tab");
  expect(await on()).toBe("forget");
  await press("Enter");
  await frame.locator(".saved-card").nth(1).waitFor({ state: "detached" });
  await expect.poll(() => frame.locator("#announced").textContent()).toMatch(/ending in 1005 (was|is) removed|removed/);
  // The focus is not lost with the button: it is on the card that is chosen now.
  expect(await on()).toBe("saved tok");
  await press("ArrowDown");
  expect(await on()).toBe("saved ");
  for (const field of ["number", "expiry", "cvv", "name"]) await frame.locator(`[name=${field}]`).waitFor();
  await press("Tab");
  for (let stops = 0; (await on()) !== "number" && stops < 3; stops++) await press("Tab");
  // Each field leads to the next when it is full.
  await page.keyboard.type("4111111111111111");
  await page.keyboard.type("1230");
  await page.keyboard.type("123");
  expect(await on()).toBe("cvv");
  await press("Tab");
  await page.keyboard.type("Ada Lovelace");
  await press("Tab", "ArrowDown");
  expect(await frame.locator("[name=plan]:checked").inputValue()).toBe("3");
  await press("Tab");
  expect(await on()).toBe("pay");
  expect(await frame.locator("button.pay").innerText()).toBe("Pay $49.50");
  await press("Enter");
  await phase(frame, "paid");
  expect(await frame.evaluate(() => document.activeElement?.localName)).toBe("h1");
  // From there a Tab leads on in the shop's page.
  await press("Tab");
  expect(await focusIn(page)).toBe("behind");
  await context.close();
});

test("the issuer's page is reached and left by keyboard", async () => {
  const { context, page, frame } = await stage.reach(states.challenge!, { framed: true });
  expect(await frame.evaluate(() => document.activeElement?.id)).toBe("challenge-title");
  const issuer = page.frames().find((one) => one.parentFrame() === frame)!;
  const there = () => issuer.evaluate(() => document.hasFocus() && document.activeElement?.localName === "button");
  for (let presses = 0; presses < 5 && !(await there()); presses++) await page.keyboard.press("Tab");
  expect(await there()).toBe(true);
  const out = () => frame.evaluate(() => document.activeElement?.className ?? "");
  for (let presses = 0; presses < 5 && !(await out()).includes("other"); presses++) await page.keyboard.press("Tab");
  expect(await out()).toContain("other");
  await page.keyboard.press("Enter");
  await phase(frame, "form");
  await expect.poll(() => stop(frame).then((at) => at?.name)).toBe("number");
  await context.close();
});

test("Enter in a field pays", async () => {
  const { context, page, frame } = await stage.open({}, { framed: true });
  await type(frame, cards.approved);
  await frame.locator("[name=expiry]").focus();
  await page.keyboard.press("Enter");
  await phase(frame, "paid");
  await context.close();
});
