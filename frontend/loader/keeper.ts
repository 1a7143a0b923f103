// The keepers: hidden frames of the server's, one a session, in whose memory the
// checkout's frame keeps what was typed while it is taken away and put back. See
// frontend/keep.

import { KEEPING, keeperName } from "../shared/keep";
import { newFrame } from "./frame";

interface Keeper {
  frame: HTMLIFrameElement;
  uses: number;
  leaving?: ReturnType<typeof setTimeout> | undefined;
}

const keepers = new Map<string, Keeper>();

/** Takes a session's keeper away, with all that it keeps. */
export function dropKeeper(session: string): void {
  const keeper = keepers.get(session);
  clearTimeout(keeper?.leaving);
  keeper?.frame.remove();
  keepers.delete(session);
}

/** Has a keeper for a session. The result lets go of it; it leaves some time after the last one has. */
export function holdKeeper(origin: string, session: string): () => void {
  let keeper = keepers.get(session);
  if (!keeper) {
    const frame = newFrame(`${origin}/checkout/${encodeURIComponent(session)}/keep`);
    frame.name = keeperName(session);
    keeper = { frame, uses: 0 };
    keepers.set(session, keeper);
    // Beside the body, which single-page applications put another in the place of.
    document.documentElement.append(frame);
  }
  const held = keeper;
  clearTimeout(held.leaving);
  held.uses++;
  return () => {
    if (--held.uses === 0 && keepers.get(session) === held) held.leaving = setTimeout(() => dropKeeper(session), KEEPING);
  };
}
