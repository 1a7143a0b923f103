// The issuer's page is shown whole. Where the frame is cut off by what it stands in, it is
// lifted above the page while the issuer asks, and put back after: in the top layer, so that
// it is never loaded again, as it would be if it were moved.

/** Whether a part of an element is hidden by one that it is in, and cannot be scrolled to. */
function isCutOff(element: Element): boolean {
  const inner = element.getBoundingClientRect();
  for (let outer = element.parentElement; outer && outer !== document.documentElement; outer = outer.parentElement) {
    const { overflowX, overflowY } = getComputedStyle(outer);
    const box = outer.getBoundingClientRect();
    const hides = (overflow: string) => overflow === "hidden" || overflow === "clip";
    if ((hides(overflowY) && inner.bottom > box.bottom + 1) || (hides(overflowX) && inner.right > box.right + 1)) return true;
  }
  return inner.width < 250; // the narrowest window that 3-D Secure has
}

/** Sees to a frame's height, and lifts it while the issuer asks, where that is needed. */
export function liftable(frame: HTMLIFrameElement): { height(pixels: number): void; during(challenge: boolean): void } {
  let asking = false;
  let before: string | undefined; // its style, while it is lifted
  let latest = "";
  const lift = () => {
    if (!asking || !frame.showPopover || !isCutOff(frame)) return;
    before = frame.style.cssText;
    frame.style.cssText += ";position:fixed;inset:0;width:100%;height:100%;margin:0;padding:0;background:Canvas";
    frame.popover = "manual";
    frame.showPopover();
  };
  return {
    height(pixels) {
      latest = `${Math.ceil(pixels)}px`;
      if (before !== undefined) return;
      frame.style.height = latest;
      lift();
    },
    during(challenge) {
      asking = challenge;
      if (challenge && before === undefined) lift();
      if (challenge || before === undefined) return;
      frame.popover = null;
      frame.style.cssText = before;
      frame.style.height = latest;
      before = undefined;
    },
  };
}
