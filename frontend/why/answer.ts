// How the diagnosis answers.

import { type FrameMessage, isHello, type Reason, VERSION } from "../shared/protocol";

/** What the server knows: see diagnosis in server/page/why.go. */
export interface Diagnosis {
  code: Reason;
  origins: string[] | null; // of the session's site; null when there is no session
}

/** The one code for a page of an origin. */
export const codeFor = ({ code, origins }: Diagnosis, origin: string): Reason =>
  origins && !origins.includes(origin) ? "wrong_origin" : code;

/** Answers each hello of the page around, to the exact origin that it came from. */
export function answer(around: Window, diagnosis: Diagnosis): void {
  addEventListener("message", ({ source, origin, data }: MessageEvent) => {
    // A page without an origin could only be answered together with all others.
    if (source !== around || origin === "null" || !isHello(data)) return;
    const message: FrameMessage = { type: "why", version: VERSION, channel: data.channel, detail: { code: codeFor(diagnosis, origin) } };
    around.postMessage(message, origin);
  });
}
