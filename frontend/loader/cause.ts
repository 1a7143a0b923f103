// Why a checkout is not shown: in words for who builds the page, and in others for who
// wants to pay.

import type { Reason } from "../shared/protocol";

/** The codes of the `error` event of a checkout that is not shown. */
export type Cause = Exclude<Reason, "ok"> | "blocked" | "insecure_page" | "network";

// Short, as every page loads them: the page on embedding says what to do, by the code.
export const words: Record<Cause, (origin: string, session: string) => string> = {
  blocked: (origin) => `this page's Content-Security-Policy lacks frame-src ${origin}`,
  insecure_page: () => "only https pages and localhost may show a checkout",
  network: (origin) => `${origin} does not answer`,
  wrong_origin: () => `${self.origin} is not among the site's origins`,
  session_unknown: (_, session) => `there is no session ${session}`,
  session_used: (_, session) => `the session ${session} was paid`,
  session_expired: (_, session) => `the session ${session} has expired`,
};

/** Says a cause to who builds the page; nothing for what is no cause. */
export const explain = (cause: string, origin: string, session: string): string =>
  Object.hasOwn(words, cause) ? `Paywicket: ${words[cause as Cause](origin, session)}. See ${origin}/docs/embedding#${cause}` : "";

/** Says a cause to the shopper. */
export const excuse = (cause: Cause): string =>
  cause === "session_used"
    ? "This has been paid."
    : cause === "session_expired"
      ? "This checkout has expired."
      : "The payment form could not be shown.";
