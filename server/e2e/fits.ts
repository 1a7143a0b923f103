// Whether a document can be read without moving it sideways. It runs in the page.

/** What of a document is wider than its place, or not within the screen; empty for nothing. */
export function lost(): string[] {
  const found: string[] = [];
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) found.push(`the document is ${scrollWidth} wide in ${clientWidth}`);
  for (const element of document.querySelectorAll<HTMLElement>("label, legend, button, a, p, h1, summary, li, small, .what, .decline, .notice, .option, .box")) {
    if (!element.checkVisibility() || element.closest(".unseen")) continue;
    const name = `${element.localName}.${element.className} “${element.textContent?.trim().slice(0, 40)}”`;
    // Of an inline element, whose widths are 0, the block around it tells.
    if (element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0) found.push(`${name} is ${element.scrollWidth} wide in ${element.clientWidth}`);
    if (element.scrollHeight > element.clientHeight + 1 && element.clientHeight > 0 && getComputedStyle(element).overflowY !== "visible") found.push(`${name} is ${element.scrollHeight} high in ${element.clientHeight}`);
    const { left, right } = element.getBoundingClientRect();
    if (left < -1 || right > clientWidth + 1) found.push(`${name} is from ${Math.round(left)} to ${Math.round(right)} of ${clientWidth}`);
  }
  // A line of an error has a place of its own below its field; more lines must not lie over what follows.
  const texts = [...document.querySelectorAll<HTMLElement>(".error, label, .box, .pay, legend")].filter((element) => element.checkVisibility() && !element.closest(".unseen, .saved-card, .option, .check, [data-labels=floating]"));
  texts.forEach((element, at) => {
    const next = texts[at + 1];
    if (!next || next.contains(element) || element.contains(next)) return;
    const [a, b] = [element.getBoundingClientRect(), next.getBoundingClientRect()];
    const beside = a.right <= b.left + 1 || b.right <= a.left + 1;
    if (!beside && a.bottom > b.top + 1 && a.top < b.bottom - 1) found.push(`${element.localName} “${element.textContent?.slice(0, 30)}” lies over ${next.localName} “${next.textContent?.slice(0, 30)}”`);
  });
  return found;
}
