// What happens on the page: that it does and in which field, never what is typed.
// Nothing here reads a key, a clipboard or a value.

import type { SenseEvent } from "../shared/wire.gen";
import { Pointer, Typing } from "./habits";

const fields = ["number", "expiry", "cvv", "name"];

/** The field an event is about, if it is one of ours. */
const fieldOf = (target: EventTarget | null): string | undefined => {
  const name = target instanceof Element ? target.getAttribute("name") : null;
  return name !== null && fields.includes(name) ? name : undefined;
};

/** What is watched, until it is stopped. */
export interface Watch {
  /** Gives what has been summed up so far, as events. */
  habits(): SenseEvent[];
  stop(): void;
}

/** Notes events from now on. */
export function watch(note: (event: SenseEvent) => void, page: Document = document): Watch {
  const start = performance.now();
  const stop = new AbortController();
  const { signal } = stop;
  const now = () => Math.max(0, Math.round(performance.now() - start));
  const happened = (type: string, value?: unknown, field?: string) =>
    note({ type, at: now(), ...(field ? { field } : {}), ...(value === undefined ? {} : { value }) });
  const on = (type: string, hear: (event: Event) => void, target: EventTarget = page) =>
    target.addEventListener(type, hear, { signal, capture: true, passive: true });

  const loaded = () => {
    const [timing] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
    happened("load", timing && { ttfb: Math.round(timing.responseStart), dom: Math.round(timing.domContentLoadedEventEnd), load: Math.round(performance.now()) });
  };
  if (page.readyState === "complete") loaded();
  else addEventListener("load", loaded, { once: true, signal });

  const typing = new Map<string, Typing>();
  const typingIn = (field: string) => typing.get(field) ?? typing.set(field, new Typing()).get(field)!;
  on("focusin", ({ target }) => {
    const field = fieldOf(target);
    happened("focus", undefined, field);
    if (field) typingIn(field).enter(now());
  });
  on("focusout", ({ target }) => {
    const field = fieldOf(target);
    happened("blur", undefined, field);
    if (field) typingIn(field).leave(now());
  });
  on("paste", ({ target }) => happened("paste", undefined, fieldOf(target)));
  // Typing names its kind; what a browser or password manager fills in does not.
  on("input", (event) => {
    const kind = (event as InputEvent).inputType;
    const field = fieldOf(event.target);
    if (!kind || kind === "insertReplacementText") happened("autofill", undefined, field);
    else if (field) typingIn(field).change(kind, now());
  });

  const pointer = new Pointer();
  for (const type of ["pointermove", "pointerdown", "scroll"]) on(type, (event) => pointer.move(event, now()));
  on("visibilitychange", () => happened("visibility", page.visibilityState));
  let resizing: ReturnType<typeof setTimeout> | undefined;
  on("resize", () => {
    clearTimeout(resizing);
    resizing = setTimeout(() => happened("resize", [innerWidth, innerHeight]), 250);
  }, window);

  return {
    habits: () => [
      ...[...typing].flatMap(([field, habit]) => {
        const value = habit.summary(now());
        return value ? [{ type: "typing", field, at: now(), value }] : [];
      }),
      ...[pointer.summary()].filter(Boolean).map((value) => ({ type: "pointer", at: now(), value })),
    ],
    stop() {
      clearTimeout(resizing);
      stop.abort();
    },
  };
}
