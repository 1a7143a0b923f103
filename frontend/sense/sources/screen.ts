// Width, height and colour depth of the whole screen. Stable until there is another
// monitor; phones turn, so the longer side comes first. Firefox's resistFingerprinting
// reports the window.

export default function screenSize(): number[] {
  return [Math.max(screen.width, screen.height), Math.min(screen.width, screen.height), screen.colorDepth];
}
