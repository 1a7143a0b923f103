// However a merchant makes it look, the checkout can be read, as measured in the browser;
// and its frame is as tall as what is in it.

import type { Frame, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { faint } from "./contrast";
import { cards, everything, type Opened, phase, speak, Stage, states, type } from "./states";

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.start();
});

afterAll(() => stage?.end());

/** Has the shop's page change the look, and waits until the new style sheet is the only one. */
async function dress(page: Page, frame: Frame, appearance: object): Promise<void> {
  await page.evaluate((appearance) => void Object.assign(document.querySelector("paywicket-checkout")!, { appearance }), appearance);
  await frame.waitForFunction((asked) => {
    const links = [...document.querySelectorAll<HTMLLinkElement>("#theme")];
    return links.length === 1 && links[0]?.href && new URL(links[0].href).searchParams.get("appearance") === asked;
  }, JSON.stringify(appearance));
}

const accents = ["#2b50c8", "#ffe600", "#000000", "#ffffff", "#ff0000", "#767676", "#00a0b0", "#8c1d40", "#1d2129"];
const looks = [
  ...accents.flatMap((accent) => ["light", "dark", "system"].map((theme) => ({ theme, accent }))),
  { theme: "light", radius: 0, density: "compact" }, { theme: "dark", radius: 24, density: "spacious" }, { labels: "floating", font: "serif" },
  { theme: "dark", labels: "floating", accent: "#ffe600" }, { font: "mono", density: "spacious" }, { font: "O'Reilly Sans, Georgia", labels: "above" },
];

test("all that is to be read can be, with every look", async () => {
  const opened = await stage.open({ saved: true, session: everything }, { framed: true, reducedMotion: "reduce" });
  const { page, frame } = opened;
  // An error of each kind, and a decline above them.
  await frame.locator("button.pay").click();
  await frame.locator("[aria-invalid=true]").first().waitFor();
  for (const look of looks) {
    for (const colorScheme of "theme" in look && look.theme !== "system" ? (["light"] as const) : (["light", "dark"] as const)) {
      await page.emulateMedia({ colorScheme });
      await dress(page, frame, look);
      expect(await frame.evaluate(faint), JSON.stringify({ ...look, colorScheme })).toEqual([]);
    }
  }
  await opened.context.close();
});

test("nor is it hidden by the pointer, the focus or the wait", async () => {
  const { context, page, frame } = await stage.open({}, { framed: true, reducedMotion: "reduce" });
  await page.route("**/pay?*", () => undefined);
  for (const accent of accents) {
    for (const theme of ["light", "dark"]) {
      await dress(page, frame, { theme, accent });
      await frame.locator("button.pay").hover();
      const seen = await frame.locator("button.pay").evaluate((button) => ({ filter: getComputedStyle(button).filter, opacity: getComputedStyle(button).opacity }));
      expect(seen, "what changes both colours changes their contrast").toEqual({ filter: "none", opacity: "1" });
      expect(await frame.evaluate(faint), `${accent}, ${theme}, under the pointer`).toEqual([]);
      for (const name of ["number", "cvv"]) {
        await frame.locator(`[name=${name}]`).focus();
        expect(await frame.evaluate(faint), `${accent}, ${theme}, ${name} in focus`).toEqual([]);
      }
      await page.keyboard.press("Tab");
      await page.keyboard.press("Tab");
      expect(await frame.evaluate(() => document.activeElement?.matches("button.pay:focus-visible"))).toBe(true);
      expect(await frame.evaluate(faint), `${accent}, ${theme}, the button in focus`).toEqual([]);
    }
  }
  await type(frame, cards.approved);
  await frame.locator("button.pay").click();
  await phase(frame, "paying");
  for (const accent of accents) {
    await dress(page, frame, { accent });
    expect(await frame.evaluate(faint), `${accent}, paying`).toEqual([]);
  }
  await context.close();
});

test("a decline and each screen can be read, in the light and in the dark", async () => {
  for (const name of ["declined", "paid", "finding"]) {
    const { context, page, frame } = await stage.reach(states[name]!, { framed: true });
    for (const theme of ["light", "dark"]) {
      await dress(page, frame, { theme, accent: "#ffe600" });
      expect(await frame.evaluate(faint), `${name}, ${theme}`).toEqual([]);
    }
    await context.close();
  }
});

/** The frame shows all of its content, and not more: there is nothing to scroll. */
async function expectWhole({ page, frame }: Pick<Opened, "page" | "frame">, when: string): Promise<void> {
  const seen = async () => {
    const inside = await frame.evaluate(() => {
      const { scrollHeight, clientHeight, clientWidth } = document.documentElement;
      return { hidden: scrollHeight - clientHeight, spare: clientHeight - Math.ceil(document.getElementById("checkout")!.getBoundingClientRect().height), bar: innerWidth - clientWidth };
    });
    const outside = await page.locator("iframe").first().evaluate((element) => element.getBoundingClientRect().height - element.clientHeight);
    return inside.hidden <= 1 && inside.spare <= 1 && inside.bar === 0 && outside === 0 ? "whole" : JSON.stringify(inside);
  };
  await expect.poll(seen, { message: when }).toBe("whole");
}

test.each([320, 520])("in %i pixels the frame is as tall as what is in it, whatever happens", async (width) => {
  const opened = await stage.open({ session: { ...everything, installment_plans: [] } }, { framed: true, viewport: { width, height: 900 } });
  const { page, frame } = opened;
  await expectWhole(opened, "at first");
  await frame.locator("button.pay").click();
  await frame.locator("[aria-invalid=true]").first().waitFor();
  await expectWhole(opened, "with errors");
  for (const locale of ["de", "ar", "ja", "en"]) {
    await speak(page, frame, locale);
    await expectWhole(opened, locale);
  }
  for (const look of [{ density: "spacious", theme: "dark" }, { labels: "floating" }, { density: "compact", font: "mono" }, {}]) {
    await dress(page, frame, look);
    await expectWhole(opened, JSON.stringify(look));
  }
  await frame.locator("[name=country]").selectOption("US");
  for (const [name, value] of Object.entries({ email: "ada@example.com", line1: "1 Main Street", city: "Springfield", state: "Illinois", postal_code: "62701" })) await frame.locator(`[name=${name}]`).fill(value);
  await type(frame, cards.poor);
  await frame.locator("button.pay").click();
  await frame.locator(".decline:not([hidden])").waitFor();
  await expectWhole(opened, "declined");
  await page.setViewportSize({ width: width * 2, height: 700 });
  await expectWhole(opened, "turned");
  await type(frame, cards.challenged);
  await frame.locator("button.pay").click();
  await phase(frame, "challenge");
  await expectWhole(opened, "the issuer's page");
  await frame.locator(".other").click();
  await phase(frame, "form");
  await expectWhole(opened, "and back");
  await type(frame, cards.approved);
  await frame.locator("button.pay").click();
  await phase(frame, "paid");
  await expectWhole(opened, "paid");
  await opened.context.close();
});
