// The frame is as tall as what is in it.

import type { Peer } from "../shared/channel";

export function watchHeight(root: HTMLElement, peer: Pick<Peer, "tell">): void {
  let told = 0;
  new ResizeObserver(() => {
    const height = Math.ceil(root.getBoundingClientRect().height);
    if (height !== told) peer.tell("height", { height: (told = height) });
  }).observe(root);
}
