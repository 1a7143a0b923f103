// For everyone: axe-core finds nothing in any state of the checkout: in a shop's page, in the
// light and in the dark, and on its own, read from the right.

import { afterAll, beforeAll, expect, test } from "vitest";
import { flaws } from "./axe";
import { Stage, states } from "./states";

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.start();
});

afterAll(() => stage?.end());

const all = Object.entries(states).map(([name, state]) => ({ name, state }));

test.each(all)("in a shop's page, $name", async ({ state }) => {
  const { context, page, frame } = await stage.reach(state, { framed: true });
  expect(await flaws(frame)).toEqual([]);
  await page.emulateMedia({ colorScheme: "dark" });
  expect(await flaws(frame, ["color-contrast"]), "dark").toEqual([]);
  await context.close();
});

test.each(all)("on its own, in Arabic, $name", async ({ state }) => {
  const { context, frame } = await stage.reach(state, { locale: "ar" });
  expect(await flaws(frame)).toEqual([]);
  await context.close();
});

test("on its own, an order in English", async () => {
  const { context, frame } = await stage.reach(states["an order"]!);
  expect(await flaws(frame)).toEqual([]);
  await context.close();
});
