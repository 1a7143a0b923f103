// Pictures of the checkout beside those it is meant to look like, which are kept in
// pictures/. A browser draws the same picture on every machine as long as the fonts are
// the same: there is one here, and nothing moves.

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import pixelmatch from "pixelmatch";
import { type Browser, chromium, type Page } from "playwright-core";
import { PNG } from "pngjs";
import { expect } from "vitest";
import { quick } from "./browser";

const kept = resolve("server/e2e/pictures");
const left = resolve(".cache/pictures");

/** The share of a picture's pixels that may differ; those that only smooth an edge are not counted. */
const tolerance = 0.001;

/** Debian's fonts-dejavu-core and nothing else: it has Latin, Greek, Cyrillic, Hebrew and Arabic letters. */
const fonts = `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
  <dir>/usr/share/fonts/truetype/dejavu</dir><cachedir>${left}/fonts</cachedir>
  <selectfont><rejectfont><glob>*</glob></rejectfont><acceptfont>
    <glob>*/DejaVuSans.ttf</glob><glob>*/DejaVuSans-Bold.ttf</glob><glob>*/DejaVuSansMono.ttf</glob><glob>*/DejaVuSansMono-Bold.ttf</glob>
  </acceptfont></selectfont></fontconfig>`;

/** A Chromium whose letters have the same edges everywhere. */
export function launchStill(): Promise<Browser> {
  mkdirSync(left, { recursive: true });
  writeFileSync(join(left, "fonts.conf"), fonts);
  return chromium.launch({
    ...quick, args: [...(quick.args ?? []), "--font-render-hinting=none", "--disable-lcd-text", "--disable-font-subpixel-positioning", "--force-color-profile=srgb", "--hide-scrollbars"],
    env: { ...process.env, FONTCONFIG_FILE: join(left, "fonts.conf"), LANG: "C.UTF-8" },
  });
}

export interface Look {
  width: number;
  colorScheme: "light" | "dark";
  locale: string;
}

/** A page of a width, where nothing moves by itself. */
export async function stillPage(browser: Browser, { width, colorScheme, locale }: Look): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height: 640 }, deviceScaleFactor: 1, reducedMotion: "reduce", colorScheme, locale, timezoneId: "UTC" });
  return context.newPage();
}

/**
 * Takes a picture of a page and compares it with the one that is kept under its name.
 * With PAYWICKET_PICTURES=write it becomes the one that is kept. Frames of others, such as an
 * issuer's page, are covered.
 */
export async function expectPicture(page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  const taken = await page.screenshot({ fullPage: true, animations: "disabled", caret: "hide", mask: [page.locator("iframe")], maskColor: "#888" });
  const reference = join(kept, `${name}.png`);
  if (process.env.PAYWICKET_PICTURES === "write") {
    mkdirSync(kept, { recursive: true });
    writeFileSync(reference, taken);
    return;
  }
  const actual = join(left, `${name}.png`);
  const difference = join(left, `${name}.diff.png`);
  for (const path of [actual, difference]) rmSync(path, { force: true });
  const again = "PAYWICKET_PICTURES=write npx vitest run --config server/e2e/vitest.config.ts pictures";
  if (!existsSync(reference)) {
    writeFileSync(actual, taken);
    expect.fail(`There is no picture ${reference} to compare with. Look at ${actual}; if it is as it should be, keep all of them: ${again}`);
  }
  const { share, picture } = compare(readFileSync(reference), taken);
  if (share <= tolerance) return;
  writeFileSync(actual, taken);
  if (picture) writeFileSync(difference, picture);
  expect.fail(`${name} does not look as it did: ${(100 * share).toFixed(2)} % of it differ${picture ? `, see ${difference}` : ", as its size does"}. It is ${actual} now and was ${reference}. If it is meant to: ${again}`);
}

/** How much of two pictures differs, from 0 to 1, and where; pictures of different sizes differ in all. */
export function compare(one: Buffer, other: Buffer): { share: number; picture?: Buffer } {
  const [a, b] = [PNG.sync.read(one), PNG.sync.read(other)];
  if (a.width !== b.width || a.height !== b.height) return { share: 1 };
  const difference = new PNG({ width: a.width, height: a.height });
  const pixels = pixelmatch(a.data, b.data, difference.data, a.width, a.height, { threshold: 0.1 });
  return { share: pixels / (a.width * a.height), picture: PNG.sync.write(difference) };
}
