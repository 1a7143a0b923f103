// How well what is in a document can be read, by the colours that the browser computed. It
// runs in the page.

/** What of a document has too little contrast (WCAG 2.2, 1.4.3 and 1.4.11); empty for nothing. */
export function faint(): string[] {
  type Colour = [number, number, number, number];
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true })!;
  const colour = (text: string): Colour => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = text;
    canvas.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0, alpha = 0] = canvas.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  };
  const over = ([r, g, b, a]: Colour, [r2, g2, b2]: Colour): Colour => [r * a + r2 * (1 - a), g * a + g2 * (1 - a), b * a + b2 * (1 - a), 1];
  /** What an element stands on. */
  const ground = (element: Element | null): Colour => {
    if (!element) return [255, 255, 255, 1];
    const own = colour(getComputedStyle(element).backgroundColor);
    return own[3] === 1 ? own : over(own, ground(element.parentElement));
  };
  const linear = (channel: number) => (channel / 255 <= 0.04045 ? channel / 255 / 12.92 : ((channel / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = ([r, g, b]: Colour) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const contrast = (a: Colour, b: Colour) => (Math.max(luminance(a), luminance(b)) + 0.05) / (Math.min(luminance(a), luminance(b)) + 0.05);

  const found: string[] = [];
  const expect = (what: string, seen: string, on: Colour, least: number) => {
    const ratio = contrast(over(colour(seen), on), on);
    if (ratio < least) found.push(`${what}: ${ratio.toFixed(2)} of ${least}, ${seen} on ${on.map(Math.round).join()}`);
  };
  const shown = (selector: string) => [...document.querySelectorAll<HTMLElement>(`#checkout :is(${selector})`)].filter((element) => element.checkVisibility() && !element.closest(".unseen"));
  const named = (element: Element) => `${element.localName}.${element.className} “${element.textContent?.trim().slice(0, 30)}”`;

  for (const element of shown("*")) {
    const says = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim());
    if (says && element.localName !== "option") expect(named(element), getComputedStyle(element).color, ground(element), 4.5);
  }
  for (const input of shown("input[placeholder]")) {
    const { color } = getComputedStyle(input, "::placeholder");
    // A floating label stands in its place until the field has the focus.
    if (colour(color)[3] > 0) expect(`the placeholder of ${(input as HTMLInputElement).name}`, color, ground(input), 4.5);
  }
  for (const element of shown(".box, .options, .pay, .plain, input[type=checkbox]")) {
    const { borderTopColor, borderTopWidth, outlineColor, outlineStyle } = getComputedStyle(element);
    const around = ground(element.parentElement);
    if (borderTopWidth !== "0px" && !element.matches("input")) expect(`the border of ${named(element)}`, borderTopColor, around, 3);
    if (outlineStyle === "solid") expect(`the ring of ${named(element)}`, outlineColor, around, 3);
  }
  return found;
}
