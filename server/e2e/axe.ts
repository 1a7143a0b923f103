// What axe-core finds in a document.

import axe from "axe-core";
import type { Frame } from "playwright-core";

const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Every flaw that axe finds in a frame's document, or only those of some rules. */
export async function flaws(frame: Frame, rules: string[] = []): Promise<string[]> {
  // Through the debugger, as the page's own policy lets no other script in.
  if (!(await frame.evaluate(() => "axe" in window))) await frame.evaluate(axe.source);
  return frame.evaluate(async ({ tags, rules }) => {
    const { violations } = await (window as unknown as { axe: typeof axe }).axe.run(document, {
      runOnly: rules.length ? rules : tags,
      // Within another page the heading of the first level is that page's.
      rules: rules.length || top === window ? {} : { "page-has-heading-one": { enabled: false } },
      iframes: false,
      resultTypes: ["violations"],
    });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html, any }) => `${id}: ${html} ${any.map(({ message }) => message).join(" ")}`));
  }, { tags, rules });
}
