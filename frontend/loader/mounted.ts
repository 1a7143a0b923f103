// A mounted page of the server's: its frame, what is done when that stays silent, and its
// end.

import type { FrameMessage, Look, Told, ToldType } from "../shared/protocol";
import { type Cause, excuse, explain } from "./cause";
import { showFallback } from "./fallback";
import { type Frame, newFrame, open } from "./frame";
import { dropKeeper, holdKeeper } from "./keeper";
import { liftable } from "./lift";

// How long, in milliseconds, a frame may say nothing before it is looked for the reason:
// in all, and once it has loaded. Then how long that may take.
const SILENT = 4000;
const LOADED = 2000;
const LOOKING = 5000;

/** Tells the page something; false when the page sees to it and wants nothing done. */
export type Tell = <T extends ToldType>(type: T, detail: Told[T]) => boolean;

/** What is mounted, and where. */
export interface Place {
  container: Node;
  origin: string;
  path: string;
  title: string;
  session: string; // empty for a page that is no checkout
  look: Look;
}

/** The handle of what is mounted. */
export interface Mounted {
  /** Takes it away. Nothing is heard of it after that. */
  unmount(): void;
  /** Loads it again, as after a failure. */
  retry(): void;
  /** Makes it look otherwise; what is left out stays as it was. What was typed stays. */
  update(look: Look): void;
}

const address = ({ origin, path }: Place, look: Look): string => {
  const url = new URL(origin + path);
  for (const [name, value] of Object.entries(look)) {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    if (text && text !== "{}") url.searchParams.set(name, text);
  }
  return url.href;
};

/** Mounts a page of the server's. */
export function mount(place: Place, tell: Tell): Mounted {
  let { look } = place;
  let over = false;
  const again = () => {
    if (over) return;
    shown.end();
    shown = show(place, look, tell, again);
  };
  let shown = show(place, look, tell, again);
  return {
    unmount() {
      over = true;
      shown.end();
    },
    retry: again,
    update(more) {
      look = { ...look, ...more };
      shown.look(look);
    },
  };
}

/** Shows it once, until its end. */
function show(place: Place, look: Look, tell: Tell, again: () => void): { end(): void; look(look: Look): void } {
  const { container, origin, session } = place;
  const timers: ReturnType<typeof setTimeout>[] = [];
  const after = (ms: number, run: () => void) => timers.push(setTimeout(run, ms));
  let waiting = true;
  let asking: Frame | undefined;
  let unhide: (() => void) | undefined;
  let letGo: (() => void) | undefined;
  let changed: Look | undefined;

  const onViolation = (event: SecurityPolicyViolationEvent) => {
    if (event.disposition === "enforce" && event.effectiveDirective === "frame-src" && `${event.blockedURI}/`.startsWith(`${origin}/`)) fail("blocked");
  };
  /** Stops waiting: the frame has spoken, or never will. */
  const settle = () => {
    waiting = false;
    timers.forEach(clearTimeout);
    document.removeEventListener("securitypolicyviolation", onViolation);
    asking?.remove();
    unhide?.();
    unhide = undefined;
  };
  const fail = (cause: Cause) => {
    settle();
    const { style } = frame.element;
    const { display } = style;
    const message = explain(cause, origin, session);
    console.error(message);
    style.display = "none";
    const remove = showFallback(container, excuse(cause), again);
    unhide = () => {
      remove();
      style.display = display;
    };
    // Last, as the page may unmount or retry as soon as it is told.
    if (!tell("error", { code: cause, message })) remove();
  };
  const giveUp = () => fail("network");
  const ask = () => {
    // What is in no document yet loads nothing, and says so when it does.
    if (asking || !frame.element.isConnected) return;
    // Nothing can be answered to a page without an origin.
    if (self.origin === "null") return fail("wrong_origin");
    after(LOOKING, giveUp);
    if (!session) return;
    let ok = false;
    asking = open(container, newFrame(`${origin}${place.path}/why`), origin, (message) => {
      if (message.type !== "why") return;
      const { code } = message.detail;
      // When all is well, the checkout itself is slow.
      if (code === "ok") ok = true;
      else fail(code === "wrong_origin" && !isSecureContext ? "insecure_page" : code);
    }, () => after(LOADED, () => ok || giveUp()));
  };

  const hear = ({ type, detail }: FrameMessage) => {
    if (type === "why") return;
    settle();
    if (type === "height") lifting.height(detail.height);
    else lifting.during(type === "action-required");
    if (session && type === "ready") letGo ??= holdKeeper(origin, session);
    if (type === "token") dropKeeper(session);
    const explained = type === "error" && explain(detail.code, origin, session);
    if (explained) console.warn(explained);
    tell(type, detail as never);
  };

  document.addEventListener("securitypolicyviolation", onViolation);
  after(SILENT, ask);
  const shownFrame = newFrame(address(place, look), place.title);
  const lifting = liftable(shownFrame);
  const frame = open(container, shownFrame, origin, hear, () => {
    if (waiting) after(LOADED, ask);
    if (changed) frame.configure(changed);
  });
  return {
    end() {
      settle();
      letGo?.();
      frame.remove();
    },
    look(look) {
      changed = look;
      frame.configure(look);
    },
  };
}
