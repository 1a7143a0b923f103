// What happens on the page: that it does and in which field, never what is typed.
// Nothing here reads a key, a clipboard or a value.

import type { SenseEvent } from "../shared/wire.gen";

const fields = ["number", "expiry", "cvv", "name"];

/** The field an event is about, if it is one of ours. */
const fieldOf = (target: EventTarget | null): { field?: string } => {
  const name = target instanceof Element ? target.getAttribute("name") : null;
  return name !== null && fields.includes(name) ? { field: name } : {};
};

/** Notes events from now on; the result ends that. */
export function watch(note: (event: SenseEvent) => void, page: Document = document): () => void {
  const start = performance.now();
  const stop = new AbortController();
  const { signal } = stop;
  const happened = (type: string, rest: Partial<SenseEvent> = {}) =>
    note({ type, at: Math.max(0, Math.round(performance.now() - start)), ...rest });
  const loaded = () => {
    const [timing] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
    const value = timing && { ttfb: Math.round(timing.responseStart), dom: Math.round(timing.domContentLoadedEventEnd), load: Math.round(performance.now()) };
    happened("load", value ? { value } : {});
  };
  if (page.readyState === "complete") loaded();
  else addEventListener("load", loaded, { once: true, signal });

  page.addEventListener("paste", (event) => happened("paste", fieldOf(event.target)), { signal, capture: true });
  page.addEventListener("focusin", (event) => happened("focus", fieldOf(event.target)), { signal });
  page.addEventListener("focusout", (event) => happened("blur", fieldOf(event.target)), { signal });
  page.addEventListener("visibilitychange", () => happened("visibility", { value: page.visibilityState }), { signal });
  // Typing names its kind; what a browser or password manager fills in does not.
  page.addEventListener("input", (event) => {
    const kind = (event as InputEvent).inputType;
    if (!kind || kind === "insertReplacementText") happened("autofill", fieldOf(event.target));
  }, { signal, capture: true });

  let resizing: ReturnType<typeof setTimeout> | undefined;
  addEventListener("resize", () => {
    clearTimeout(resizing);
    resizing = setTimeout(() => happened("resize", { value: [innerWidth, innerHeight] }), 250);
  }, { signal });
  return () => {
    clearTimeout(resizing);
    stop.abort();
  };
}
