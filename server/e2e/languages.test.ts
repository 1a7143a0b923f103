// Every language on the narrowest screen: said to be what it is, read from its own side, and
// nothing of it cut off.

import { readdirSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { flaws } from "./axe";
import { lost } from "./fits";
import { everything, type Opened, speak, Stage } from "./states";

const languages = readdirSync("frontend/languages").filter((file) => file.endsWith(".json")).map((file) => file.slice(0, -5));

let stage: Stage;
let plain: Opened;
let whole: Opened;

beforeAll(async () => {
  stage = await Stage.start();
  const look = { framed: true, viewport: { width: 320, height: 900 } };
  plain = await stage.open({}, look);
  whole = await stage.open({ saved: true, session: everything }, look);
  await whole.frame.locator("button.pay").click(); // every error is said in every language
  await whole.frame.locator("[aria-invalid=true]").first().waitFor();
});

afterAll(() => stage?.end());

test("there are thirty", () => expect(languages).toHaveLength(30));

test.each(languages)("%s", async (locale) => {
  const dir = locale === "ar" || locale === "he" ? "rtl" : "ltr";
  for (const { page, frame } of [plain, whole]) {
    await speak(page, frame, locale);
    expect(await frame.evaluate(() => [document.documentElement.lang, document.documentElement.dir])).toEqual([locale, dir]);
    expect(await frame.evaluate(lost)).toEqual([]);
    const lines = await frame.locator("button.pay span").evaluate((span) => {
      const range = document.createRange();
      range.selectNodeContents(span);
      return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size;
    });
    expect(lines, "lines of the button").toBeLessThanOrEqual(2);
  }
  expect(await flaws(plain.frame)).toEqual([]);
  // And as the server says it, to who opens it in that language.
  const text = await (await fetch(`${stage.program.url}/checkout/${plain.session}?locale=${locale}`)).text();
  expect(text).toContain(`<html lang="${locale}" dir="${dir}">`);
});
