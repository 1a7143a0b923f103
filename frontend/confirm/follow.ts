// How the page follows what becomes of a declined payment.

import type { Peer } from "../shared/channel";
import type { ConfirmData } from "../shared/wire.gen";

/** How often it is asked whether something has changed. */
const PATIENCE = 2000;

/** Where a question stands now, by the server's header; empty when it cannot be asked. */
async function standing(): Promise<string> {
  try {
    const answer = await fetch(location.href, { method: "HEAD", cache: "no-store", credentials: "omit" });
    return answer.headers.get("Paywicket-Status") ?? "";
  } catch {
    return "";
  }
}

/**
 * Tells what came of the question when that is known. Until then it asks now and then, for
 * as long as the page says; what has changed is shown anew. A question that is not answered
 * is shown anew when its time is over, and not before: nobody is interrupted.
 */
export function follow({ order, status, watch }: ConfirmData, peer: Pick<Peer, "tell">, again: () => void): void {
  if (status === "asked") {
    setTimeout(again, watch + 1000);
    return;
  }
  const end = performance.now() + watch;
  const look = async () => {
    const now = await standing();
    if (now && now !== status) again();
    else wait();
  };
  const wait = () => {
    if (performance.now() < end) setTimeout(() => void look(), PATIENCE);
    else peer.tell("outcome", { order, status: status === "challenge" ? "processing" : status });
  };
  wait();
}
