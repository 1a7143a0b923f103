// Width, height and colour depth of the whole screen, and how many device pixels a
// CSS pixel has. Stable until a monitor or the zoom changes: zooming moves the
// ratio in every browser, and Firefox's resistFingerprinting reports the window.

export default function screenSize(): number[] {
  return [screen.width, screen.height, screen.colorDepth, Math.round(devicePixelRatio * 100) / 100];
}
