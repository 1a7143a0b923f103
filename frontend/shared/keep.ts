// What the keeper's frame (see frontend/keep) and the checkout's frame share: an object in
// the keeper's memory, which only frames of our own origin can reach. The page around them
// holds both and reaches into neither.

/** What was typed into a checkout, while its frame is taken away and put back. */
export interface Kept {
  values?: Record<string, string>; // by the name of the field
  at?: number; // when they were last written, in unix milliseconds
  done?: boolean; // set it, and everything is forgotten at once
}

/** For how long the keeper keeps what nobody writes to, in milliseconds. */
export const KEEPING = 600_000;

/** The name of the keeper's frame. */
export const keeperName = (session: string): string => `paywicket-keep-${session}`;

/**
 * Finds what is kept for a session, among the frames of the page around this one. It is
 * looked for by number: browsers need not find a frame of another origin by its name
 * (HTML, "named access on the Window object"). Undefined while there is no keeper, so look
 * again whenever there is something to keep.
 */
export function findKept(around: Window, session: string): Kept | undefined {
  for (let i = 0; i < around.length; i++) {
    try {
      const frame = around[i] as (Window & { kept?: Kept }) | undefined;
      if (frame?.name === keeperName(session) && frame.kept) return frame.kept;
    } catch {
      // It is of another origin.
    }
  }
  return undefined;
}
