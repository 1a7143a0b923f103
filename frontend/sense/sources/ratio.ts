// How many device pixels a CSS pixel has. Belongs to the screen, and moves with the zoom
// in every browser.

export default function ratio(): number {
  return Math.round(devicePixelRatio * 100) / 100;
}
