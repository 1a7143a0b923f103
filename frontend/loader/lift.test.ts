// A frame that is cut off is lifted while the issuer asks, and put back after.

import { beforeEach, expect, test, vi } from "vitest";
import { liftable } from "./lift";

const box = (width: number, height: number) => ({ left: 0, top: 0, right: width, bottom: height, width, height }) as DOMRect;

/** A frame of a size in a place of a style and size, and whether it is shown above the page. */
function stand(style: string, place: DOMRect, frame: DOMRect): { frame: HTMLIFrameElement; lifted: ReturnType<typeof vi.fn> } {
  const outer = document.createElement("div");
  outer.style.cssText = style;
  outer.getBoundingClientRect = () => place;
  const inner = document.createElement("iframe");
  inner.style.cssText = "display: block; width: 100%; height: 27rem;";
  inner.getBoundingClientRect = () => frame;
  const lifted = vi.fn();
  inner.showPopover = lifted;
  outer.append(inner);
  document.body.append(outer);
  return { frame: inner, lifted };
}

beforeEach(() => document.body.replaceChildren());

test.each([
  ["overflow-y: hidden; overflow-x: hidden", box(500, 200), box(500, 760), true],
  ["overflow-x: clip; overflow-y: visible", box(300, 900), box(500, 760), true],
  ["overflow-x: auto; overflow-y: auto", box(500, 200), box(500, 760), false],
  ["overflow-x: visible; overflow-y: visible", box(500, 200), box(500, 760), false],
  ["overflow-x: hidden; overflow-y: hidden", box(500, 760), box(500, 760), false],
  ["overflow-x: visible; overflow-y: visible", box(240, 760), box(240, 760), true], // narrower than any window of 3-D Secure
])("%s", (style, place, size, lifted) => {
  const stood = stand(style, place, size);
  const lifting = liftable(stood.frame);
  lifting.height(760);
  expect(stood.lifted, "while nobody asks").not.toHaveBeenCalled();
  lifting.during(true);
  lifting.height(761);
  expect(stood.lifted.mock.calls.length).toBe(lifted ? 1 : 0);
  expect(stood.frame.style.position).toBe(lifted ? "fixed" : "");
});

test("it is lifted when it is asked, though its height stays the same", () => {
  const { frame, lifted } = stand("overflow-x: hidden; overflow-y: hidden", box(500, 200), box(500, 760));
  const lifting = liftable(frame);
  lifting.height(760);
  lifting.during(true);
  expect(lifted).toHaveBeenCalledOnce();
});

test("it is put back as it was, but for the height that it has now", () => {
  const { frame, lifted } = stand("overflow-x: hidden; overflow-y: hidden", box(500, 200), box(500, 760));
  const lifting = liftable(frame);
  lifting.height(500);
  const { cssText } = frame.style;
  lifting.during(true);
  lifting.height(760);
  lifting.height(800);
  expect(lifted).toHaveBeenCalledOnce();
  expect(frame.style.height).toBe("100%");
  lifting.height(300.2);
  lifting.during(false);
  expect(frame.style.cssText).toBe(cssText.replace("500px", "301px"));
  expect(frame.hasAttribute("popover") && frame.popover).toBeFalsy();
  lifting.during(false);
  lifting.height(320);
  expect(frame.style.height).toBe("320px");
});

test("where a browser has no top layer, it is left where it is", () => {
  const { frame } = stand("overflow-x: hidden; overflow-y: hidden", box(500, 200), box(500, 760));
  Object.assign(frame, { showPopover: undefined });
  const lifting = liftable(frame);
  lifting.during(true);
  lifting.height(760);
  expect(frame.style.position).toBe("");
  expect(frame.style.height).toBe("760px");
});
