// The script of the page that asks about a declined payment. The page does without it: it
// tells a shop's page around it what came of the question, and looks again when something
// has changed.

import { Peer } from "../shared/channel";
import type { ConfirmData } from "../shared/wire.gen";
import { follow } from "./follow";

const root = document.getElementById("checkout");
const carried = document.getElementById("page-data")?.getAttribute("content");

if (root && carried) {
  const data = JSON.parse(carried) as ConfirmData;
  // On its own, outside any shop's page, there is nobody to tell.
  const framed = window.parent !== window;
  const peer = framed ? new Peer(window.parent, data.origins, () => peer.tell("ready", {})) : { tell: () => undefined };
  follow(data, peer as Peer, () => location.reload());

  // The page that the issuer returns to is ours; it says when it is there.
  addEventListener("message", (event: MessageEvent) => {
    const returned = event.origin === location.origin && event.source === root.querySelector("iframe")?.contentWindow;
    if (returned && (event.data as { type?: unknown } | null)?.type === "challenge-returned") location.reload();
  });

  // The frame is as tall as what is in it.
  let told = 0;
  new ResizeObserver(() => {
    const height = Math.ceil(root.getBoundingClientRect().height);
    if (height !== told) peer.tell("height", { height: (told = height) });
  }).observe(root);
}
